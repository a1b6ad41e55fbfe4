import { comparePairs, type Pair } from '../support/compare.ts'
import { absentLine, type Goal, type Line, median, ratioLine } from '../support/line.ts'
import type { Cost } from '../support/measure.ts'
import { withPostgres } from '../support/postgres.ts'
import { runProgram } from '../support/run-program.ts'
import type { Served } from '../support/serve-webhooks.ts'
import type { Settings } from '../support/settings.ts'

/** What a webhook costs: to verify, to answer over HTTP, and to make durable first. */
export async function webhook(settings: Settings): Promise<Line[]> {
  return [...(await verify(settings)), await answer(settings), ...(await durable(settings))]
}

async function verify({ quick }: Settings): Promise<Line[]> {
  const of = async (bytes: number, often: number, goal: number) => {
    const run = (whose: string) => () => runProgram<Served>('webhook-verify', [whose, bytes, quick ? often / 5 : often])
    const pairs = await comparePairs(quick ? 3 : 9, run('ours'), run('standardwebhooks'))
    return cpuLine(`webhook of ${bytes / 1000} KB, verified and parsed / standardwebhooks, CPU`, pairs, quick ? often / 5 : often, {
      atMost: goal,
    })
  }
  return [await of(2_000, 200_000, 0.45), await of(64_000, 10_000, 0.35)]
}

async function answer({ quick }: Settings): Promise<Line> {
  const count = quick ? 10_000 : 40_000
  const run = (whose: string) => () => runProgram<Served>('webhook-handler', [whose, count])
  const pairs = await comparePairs(quick ? 3 : 7, run('ours'), run('by-hand'))
  return cpuLine('webhook answered, no store / node:http and HMAC by hand, CPU', pairs, count, { atMost: 1.25 })
}

const DURABLE = 'webhook made durable in Postgres, then answered / one INSERT for each, CPU'
const DURABLE_GOAL = { atMost: 0.8 }

function durable({ quick }: Settings): Promise<Line[]> {
  const count = quick ? 4_000 : 20_000
  return withPostgres(
    async (url) => {
      const run = (whose: string) => () => runProgram<Served>('webhook-durable', [whose, url, count])
      return [cpuLine(DURABLE, await comparePairs(quick ? 3 : 7, run('ours'), run('insert')), count, DURABLE_GOAL)]
    },
    (reason) => [absentLine(DURABLE, DURABLE_GOAL, reason)],
  )
}

function cpuLine(what: string, pairs: Pair<Served>[], count: number, goal: Goal): Line {
  const cpu = ({ cpuMs }: Cost) => (cpuMs * 1000) / count
  const short = pairs.flatMap(({ ours, peer }) => [ours, peer]).find(({ taken }) => taken !== count)
  const middles = (['ours', 'peer'] as const).map((side) => median(pairs.map((pair) => cpu(pair[side]))).toFixed(1)).join(' / ')
  return ratioLine(pairs, cpu, {
    what,
    goal,
    void: short === undefined ? null : `a run took ${short.taken} of ${count} webhooks`,
    note: `${middles} µs a webhook`,
  })
}
