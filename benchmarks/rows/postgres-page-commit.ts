import type { PostgresCommits, Spent } from '../support/commit-to-postgres.ts'
import { comparePairs, type Pair, voidReason } from '../support/compare.ts'
import { absentLine, countLine, type Goal, type Line, median, ratioLine } from '../support/line.ts'
import { withPostgres } from '../support/postgres.ts'
import { runProgram } from '../support/run-program.ts'
import type { Settings } from '../support/settings.ts'

const WHAT = 'Postgres page commit'

/** What a page costs in PostgreSQL beside the usual first version, beside an upsert by hand, and beside COPY, which is the bound. */
export function postgresPageCommit({ quick }: Settings): Promise<Line[]> {
  const measured = async (url: string) => {
    const [few, many] = quick ? [1_000, 5_000] : [2_000, 20_000]
    const program = (name: string, records: number, turns: number) => () =>
      runProgram<PostgresCommits>(`postgres-${name}`, [url, records, turns])
    const versus = async (peer: string, records: number, turns: number, samples: number): Promise<Comparison> => {
      const pairs = await comparePairs(samples, program('with-adapter', records, turns), program(peer, records, turns))
      return { pairs, records, void: voidReason(pairs.map(resultsOf), records) }
    }
    const rows = await versus('row-by-row', few, 1, quick ? 2 : 5)
    const copy = await versus('copy', many, 3, quick ? 3 : 5)
    const upsert = await versus('upsert', many, 3, quick ? 3 : 5)

    return [
      speedLine(`${WHAT} / row by row, new rows, speed`, rows, 'inserted', { atLeast: 7 }),
      cpuLine(`${WHAT} / row by row, new rows, client CPU`, rows),
      speedLine(`${WHAT} / COPY, new rows, speed`, copy, 'inserted', { atLeast: 0.9 }),
      speedLine(`${WHAT}, changed rows / COPY into an empty table, speed`, copy, 'changed', { atLeast: 0.5 }),
      speedLine(`${WHAT} / an upsert by hand, new rows, speed`, upsert, 'inserted', null),
      speedLine(`${WHAT} / an upsert by hand, changed rows, speed`, upsert, 'changed', null),
      speedLine(`${WHAT} / an upsert by hand, unchanged rows, speed`, upsert, 'unchanged', null),
      logLine(`${WHAT} / an upsert by hand, unchanged rows, write-ahead log`, upsert, { atMost: 0.5 }),
      ...countLines(copy),
    ]
  }
  return withPostgres(measured, (reason) => [
    absentLine(`${WHAT} / row by row, new rows, speed`, { atLeast: 7 }, reason),
    absentLine(`${WHAT} / COPY, new rows, speed`, { atLeast: 0.9 }, reason),
    absentLine(`${WHAT}, changed rows / COPY into an empty table, speed`, { atLeast: 0.5 }, reason),
    absentLine(`${WHAT} / an upsert by hand, unchanged rows, write-ahead log`, { atMost: 0.5 }, reason),
  ])
}

interface Comparison {
  pairs: Pair<PostgresCommits>[]
  records: number
  void: string | null
}

type Turn = 'inserted' | 'changed' | 'unchanged'

function speedLine(what: string, { pairs, records, void: isVoid }: Comparison, turn: Turn, goal: Goal | null): Line {
  const speed = (commits: PostgresCommits) => records / (spent(commits, turn).wallMs / 1000)
  return ratioLine(pairs, speed, { what, goal, void: isVoid, note: `${middles(pairs, speed)} records a second` })
}

function cpuLine(what: string, { pairs, records, void: isVoid }: Comparison): Line {
  const cpu = (commits: PostgresCommits) => (commits.inserted.cpuMs * 1000) / records
  return ratioLine(pairs, cpu, { what, goal: null, void: isVoid, note: `${middles(pairs, cpu)} µs a record` })
}

function logLine(what: string, { pairs, records, void: isVoid }: Comparison, goal: Goal): Line {
  const bytes = (commits: PostgresCommits) => spent(commits, 'unchanged').walBytes / records
  return ratioLine(pairs, bytes, { what, goal, void: isVoid, note: `${middles(pairs, bytes)} bytes a record` })
}

function countLines({ pairs, void: isVoid }: Comparison): Line[] {
  const turns: Turn[] = ['inserted', 'changed', 'unchanged']
  const counts = (of: (spent: Spent) => number) => pairs.flatMap(({ ours }) => turns.map((turn) => of(spent(ours, turn))))
  const line = (unit: string, figures: number[]) =>
    countLine(figures, { what: `${WHAT}, ${unit} a page`, goal: { atMost: 1 }, void: isVoid, note: 'counted, not timed' })
  const commits = counts(({ commitsPerPage }) => commitsPerPage ?? Number.NaN)
  return [
    line(
      'round trips',
      counts(({ roundTripsPerPage }) => roundTripsPerPage),
    ),
    commits.some(Number.isNaN)
      ? absentLine(`${WHAT}, commits a page`, { atMost: 1 }, 'needs PostgreSQL 15 or newer')
      : line('commits', commits),
  ]
}

function spent(commits: PostgresCommits, turn: Turn): Spent {
  const found = commits[turn]
  if (found === null) throw new Error(`The turn "${turn}" was not measured.`)
  return found
}

function resultsOf({ ours, peer }: Pair<PostgresCommits>) {
  return { ours: ours.result, peer: peer.result }
}

function middles(pairs: Pair<PostgresCommits>[], of: (commits: PostgresCommits) => number) {
  return (['ours', 'peer'] as const).map((side) => median(pairs.map((pair) => of(pair[side]))).toFixed(1)).join(' / ')
}
