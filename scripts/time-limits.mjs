// How long a test may wait. A test waits for conditions, and they come as fast as the machine, the browser and whatever else runs beside it
// let them: a tab in the background draws once a second, a busy machine answers after seconds. So these measure nothing. They end what hangs,
// and test/time-limits.test.ts refuses shorter ones.

/** While a test is written, what is missing may be named sooner: `CONNECT_WAIT_SECONDS=3`. */
const seconds = Number(globalThis.process?.env?.CONNECT_WAIT_SECONDS) || 180

/** For one thing to come: an answer, an element, a state. Below the limits of the tests, so that what is missing is named. Milliseconds. */
export const WAIT_LIMIT_MS = seconds * 1_000

/** One test or hook. Milliseconds. */
export const TEST_LIMIT_MS = 1_200_000

/** One test or hook of a proof or on a database: they work for minutes where nothing else runs. Milliseconds. */
export const LONG_TEST_LIMIT_MS = 7_200_000
