import type { Options } from '../../src/index.ts'
import { memoryStorage } from '../../src/storage/memory.ts'
import type { World, WorldOptions } from './setup.ts'

/** By how much a clock may be set, in milliseconds, and how a test's title says it. */
export const STEPS: readonly [title: string, ms: number][] = [
  ['-2 s', -2_000],
  ['+2 s', 2_000],
  ['-10 min', -600_000],
  ['+10 min', 600_000],
  ['-6 h', -6 * 3_600_000],
  ['+6 h', 6 * 3_600_000],
  ['-1 year', -365 * 86_400_000],
  ['+1 year', 365 * 86_400_000],
]

/** A world in which `step` sets our clock and no other: Merge's and the store's go on being right. */
export function steppable<Made extends World>(
  make: (options: Partial<Options>, more: WorldOptions) => Made,
  options: Partial<Options> = {},
  more: WorldOptions = {},
): Made & { step(ms: number): void } {
  let stepped = 0
  let made: Made | undefined
  const right = { now: () => (made?.time.clock.now() ?? Date.UTC(2026, 0, 5, 9)) - stepped }
  const wrap = more.wrap ?? ((storage) => storage)
  made = make(options, { ...more, sandbox: { ...more.sandbox, clock: right }, wrap: () => wrap(memoryStorage({ clock: right })) })
  const { clock } = made.time
  const step = (ms: number) => {
    stepped += ms
    clock.step(ms)
  }
  return Object.assign(made, { step })
}
