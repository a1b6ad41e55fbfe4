import { CLOCK_SLACK_MS } from '@connect-integration/server/storage'

/** The database's clock unless a test has passed its own: whole epoch milliseconds. */
export const NOW = `coalesce(given_now, floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint)`

/**
 * Of an account `a`, at `moment`: the clock was set back since it was last written. Then its lease has ended, and what is due at any time is
 * due now (see `claim` of the port). `moment` is read under the row's lock: after a long wait for it an older one would look like that too.
 */
export const IS_SET_BACK = `a.recorded_at > moment + ${CLOCK_SLACK_MS}`

/** No lease, or one that has ended. */
export const IS_FREE = `(a.lease IS NULL OR a.lease <= moment OR ${IS_SET_BACK})`

/** What `due` and `lease` come to before `recorded_at`, which alone shows that the clock was set back, is overwritten. */
export const SETTLED_DUE = `CASE WHEN a.due > moment AND ${IS_SET_BACK} THEN moment ELSE a.due END`
export const SETTLED_LEASE = `CASE WHEN ${IS_SET_BACK} THEN NULL ELSE a.lease END`
