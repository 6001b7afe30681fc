import { JetStreamApiError } from "@nats-io/jetstream";
import { errors } from "@nats-io/transport-node";

const UNREACHABLE = [
  errors.TimeoutError,
  errors.NoRespondersError,
  errors.ConnectionError,
  errors.ClosedConnectionError,
  errors.DrainingConnectionError,
];
/** Nobody answers for JetStream; its class is not exported. */
const NOT_ENABLED = "JetStreamNotEnabled";
/** JetStream has no leader at the moment. */
const UNAVAILABLE = 503;
/** A stream that was lost is declared again within a second. */
const NOT_FOUND = 404;

/** Does this error say that NATS, or what we need of it, cannot be reached now? Trying again later makes sense. */
export function isNatsUnreachable(error: unknown): boolean {
  if (error instanceof JetStreamApiError) return error.status === UNAVAILABLE || error.status === NOT_FOUND;
  if (error instanceof errors.RequestError) return isNatsUnreachable(error.cause);
  if (error instanceof Error && error.name === NOT_ENABLED) return true;
  return UNREACHABLE.some((kind) => error instanceof kind);
}
