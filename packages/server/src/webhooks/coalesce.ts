/**
 * Joins calls for one key: while one is under way, all that come share the next, which begins when that one has ended. So whatever a caller
 * saw before it called is seen by the work that it waits for, and any number of calls take at most two at a time. A failure is told to all who waited for it.
 */
export function createCoalescer(work: (key: string) => Promise<void>): (key: string) => Promise<void> {
  const lines = new Map<string, Line>()

  function start(key: string): Promise<void> {
    const line: Line = { running: work(key), next: null }
    lines.set(key, line)
    const ended = () => {
      if (line.next === null) lines.delete(key)
    }
    line.running.then(ended, ended)
    return line.running
  }

  return (key) => {
    const line = lines.get(key)
    if (line === undefined) return start(key)
    const again = () => start(key)
    line.next ??= line.running.then(again, again)
    return line.next
  }
}

interface Line {
  running: Promise<void>
  next: Promise<void> | null
}
