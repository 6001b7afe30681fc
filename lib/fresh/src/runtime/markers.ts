/**
 * Comments in the page that say where islands and their slots are:
 * `<!--frsh:island:NAME:PROPS_INDEX:KEY-->..<!--/frsh:island-->` and
 * `<!--frsh:slot:ID:PROP-->..<!--/frsh:slot-->`.
 */
export const ISLAND = "frsh:island";
export const SLOT = "frsh:slot";

/** Id of the `<template>` with a slot's content that the island did not render. */
export function templateId(slot: number): string {
  return `frsh-slot-${slot}`;
}

/** What the page's script hands to `boot()` for each island instance. */
export interface IslandData {
  props: Record<string, unknown>;
  /** Slot ids by prop name. */
  slots: Record<string, number>;
}
