/** What needs the real world, such as a database, in a test whose time is virtual. */
export interface RealWork {
  /**
   * Leads it through virtual time, which stands still meanwhile. One such work at a time, in the order in which they were asked for: so it
   * does not matter how long each takes, and the same history runs the same way again.
   */
  real<T>(work: () => Promise<T>): Promise<T>
  /** Whether any is asked for and not done. */
  underWay(): boolean
  /** Resolves when none is under way and nothing goes on without a timer. */
  settled(): Promise<void>
}

export function createRealWork(): RealWork {
  let underWay = 0
  let last: Promise<unknown> = Promise.resolve()

  return {
    real(work) {
      underWay++
      const result = last.then(work).finally(() => {
        underWay--
      })
      last = result.catch(() => {})
      return result
    },
    underWay: () => underWay > 0,
    async settled() {
      await withoutTimers()
      while (underWay > 0) {
        await last
        await withoutTimers()
      }
    },
  }
}

/**
 * Nothing but `real` waits for the real world, so everything that can run without a timer runs before the next tick: Node takes ticks when
 * no promise is left to go on. Twice, because the platform's streams take ticks of their own.
 */
async function withoutTimers(): Promise<void> {
  await new Promise((resolve) => void process.nextTick(resolve))
  await new Promise((resolve) => void process.nextTick(resolve))
}
