/**
 * How long everything may take to stop, in milliseconds. They are in one place because they only mean something
 * together: a process must be through with its own work before whoever stops it loses patience, and the launcher's
 * patience with all four, one after the other, must be less than the 15 s that `npm start` promises.
 */

/** The launcher's for everything, however slow each part is. */
export const STOP_ALL_MS = 14_000
/** After a process was killed hard, until it is gone. */
export const GONE_AFTER_KILL_MS = 300

/** The API's for requests in flight; what would wait longer, such as a purchase, is answered when the API is asked to stop. */
export const API_DRAIN_MS = 2_000
/** The worker's for steps that run; then it asks them to end. */
export const WORKER_GRACE_MS = 4_000
/** The worker's for everything that it has begun; what is left, another worker does again. */
export const WORKER_FORCE_MS = 5_500
/** Either's for its connections, after that. */
export const DISCONNECT_MS = 500

/** The launcher's with what is still being started, while it stops what runs. */
export const STOP_STARTING_MS = 5_000
/** The launcher's with each, before it is killed hard. */
export const STOP_API_MS = 3_000
export const STOP_WORKER_MS = 6_500
export const STOP_TEMPORAL_MS = 1_500
/** Postgres gets what the others leave, and this at least: most of it to end in good order, then to end at once. */
export const STOP_POSTGRES_LEAST_MS = 2_000
export const STOP_POSTGRES_AT_ONCE_MS = 700
