import { createHash } from 'node:crypto'

/** What one run of a program cost. Absolute, so it says nothing alone. */
export interface Cost {
  wallMs: number
  /** User and system time of this process, the garbage collector's threads included. */
  cpuMs: number
  /** The most memory that this process has had until then. */
  peakBytes: number
}

/** What a run ended with. Programs that are compared must end with the same, or they did not do the same work. */
export interface Result {
  rows: number
  digest: string
}

export async function measure(work: () => unknown): Promise<Cost> {
  const cpu = process.cpuUsage()
  const start = performance.now()
  await work()
  const wallMs = performance.now() - start
  const { user, system } = process.cpuUsage(cpu)
  return { wallMs, cpuMs: (user + system) / 1000, peakBytes: process.resourceUsage().maxRSS * 1024 }
}

/** One line for each row that a run ended with, in any order. */
export function resultOf(lines: readonly string[]): Result {
  return { rows: lines.length, digest: createHash('sha256').update(lines.toSorted().join('\n')).digest('base64url') }
}

/** How a program answers the row that started it. */
export function report(answer: object): void {
  process.stdout.write(`${JSON.stringify(answer)}\n`)
}
