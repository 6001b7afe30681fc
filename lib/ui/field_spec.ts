/** One of a few values, by the name people know it under. */
export interface Option {
  readonly value: string;
  readonly label: string;
  /** A few words more, where a list has room for them. */
  readonly note?: string;
  /** Offered for records of this property only. */
  readonly propertyId?: number | null;
}

/**
 * How a field is asked for. text, email, tel: one line; `options` are suggested. long: several. whole: a
 * number. amount: an amount of money. day, moment: of the property's zone. choice: one of `options`. reference: the id of
 * one of `options`. property: the id of a property; `options` are the frame's. flag: yes or no. color: `#rrggbb`.
 * cards: one of `options`, each with its note in sight. places: every property, or some of `options`.
 */
export type FieldKind =
  | "text"
  | "email"
  | "tel"
  | "long"
  | "whole"
  | "amount"
  | "day"
  | "moment"
  | "choice"
  | "reference"
  | "property"
  | "flag"
  | "color"
  | "cards"
  | "places";

/** One field of a form. `name` is that of the definition in lib/resources, which validates it. */
export interface FieldSpec {
  readonly name: string;
  readonly label: string;
  readonly kind: FieldKind;
  readonly options?: readonly Option[];
  /** What may be typed at first sight, or what is meant. */
  readonly hint?: string;
  /** Two of these stand beside each other. */
  readonly half?: boolean;
  /** What "none" is called in a choice or reference that may be left out. */
  readonly none?: string;
}
