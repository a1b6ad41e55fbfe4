/** What Merge's database holds of one model: every version of every row, with the moment from which readers can see it. */
export interface Row {
  readonly id: string
  /** Microseconds since the epoch: when Merge wrote the row. */
  readonly createdAt: number
  /** Oldest first; visibility never goes backwards within a row, and stamps only where it is rewound. */
  readonly versions: Version[]
}

export interface Version {
  /** `modified_at`, microseconds since the epoch. */
  readonly stamp: number
  /** Epoch milliseconds; later than the stamp while a transaction is open. */
  readonly visibleAt: number
  readonly deleted: boolean
  /** Removed without a mark: no list shows it any more. */
  readonly gone: boolean
  /** A relation list, which changes without a new stamp. */
  readonly teams: number
  /** Grows with every write to the table: where the database happens to keep the row. */
  readonly place: number
  /** The record as on the wire. */
  readonly json: string
}

export type WriteKind = 'create' | 'update' | 'delete' | 'restore' | 'relation' | 'delete-unstamped' | 'vanish' | 'rewind'

export interface Table {
  readonly rows: Row[]
  /** Nothing that is there now is shown any more, not even what is still being written. */
  clear(now: number): void
  /**
   * Writes one row now. `target` chooses among the rows that fit; none fits: nothing happens. `stamp` is given where several
   * rows share one. Rows with an open transaction are locked, and left alone.
   */
  write(kind: WriteKind, target: number, options: WriteOptions): void
  /** The same to one row, whether it fits or not. */
  writeRow(kind: Exclude<WriteKind, 'create'>, row: Row, options: Omit<WriteOptions, 'now'>): void
}

export interface WriteOptions {
  now: number
  visibleAt: number
  stamp: number
}

export function createTable(prefix: string, settings: { ties: boolean }): Table {
  const rows: Row[] = []
  let newest = 0
  let oldest = 0
  let place = 0

  /** Without ties every stamp of the table is its own. */
  const stampOf = (wanted: number, previous: number): number => {
    const stamp = Math.max(wanted, previous + 1, settings.ties ? 0 : newest + 1)
    newest = Math.max(newest, stamp)
    return stamp
  }

  /** Older than anything that was stamped, by more than any two walks overlap. */
  const rewound = (previous: number): number => {
    oldest = Math.min(oldest || previous, previous) - REWIND
    return oldest
  }

  const table: Table = {
    rows,
    clear(now) {
      for (const row of rows) {
        const before = last(row)
        if (before.gone && before.visibleAt <= now) continue
        const { stamp, deleted, teams } = before
        const unseen = row.versions.findIndex(({ visibleAt }) => visibleAt > now)
        if (unseen >= 0) row.versions.splice(unseen)
        row.versions.push(version(row, { stamp, deleted, teams, visibleAt: now, gone: true, place: place++ }))
      }
    },
    write(kind, target, { now, visibleAt, stamp }) {
      if (kind === 'create') {
        const createdAt = stampOf(stamp, 0)
        const row: Row = { id: `${prefix}_${rows.length}`, createdAt, versions: [] }
        row.versions.push(version(row, { stamp: createdAt, visibleAt, deleted: false, gone: false, teams: 0, place: place++ }))
        rows.push(row)
        return
      }
      const fitting = rows.filter((row) => fits(kind, last(row), now))
      const row = fitting[target % fitting.length]
      if (row !== undefined) table.writeRow(kind, row, { visibleAt, stamp })
    },
    writeRow(kind, row, { visibleAt, stamp }) {
      const before = last(row)
      const unstamped = kind === 'relation' || kind === 'delete-unstamped' || kind === 'vanish'
      row.versions.push(
        version(row, {
          stamp: unstamped ? before.stamp : kind === 'rewind' ? rewound(before.stamp) : stampOf(stamp, before.stamp),
          visibleAt: Math.max(visibleAt, before.visibleAt),
          deleted: kind === 'delete' || kind === 'delete-unstamped' || (before.deleted && kind !== 'restore'),
          gone: kind === 'vanish',
          teams: kind === 'relation' ? before.teams + 1 : before.teams,
          place: place++,
        }),
      )
    },
  }
  return table
}

/** An hour, in microseconds. */
const REWIND = 3_600_000_000

/** What a reader sees at that moment; `undefined` before the row's first version is visible. */
export function visible(row: Row, at: number): Version | undefined {
  for (let index = row.versions.length - 1; index >= 0; index--) {
    const version = row.versions[index] as Version
    if (version.visibleAt <= at) return version
  }
  return undefined
}

export function last(row: Row): Version {
  return row.versions[row.versions.length - 1] as Version
}

/** Microseconds to ISO 8601. */
export function formatStamp(microseconds: number): string {
  const milliseconds = Math.floor(microseconds / 1000)
  return `${new Date(milliseconds).toISOString().slice(0, -1)}${String(microseconds % 1000).padStart(3, '0')}Z`
}

function fits(kind: WriteKind, version: Version, now: number): boolean {
  if (version.gone || version.visibleAt > now) return false
  return kind === 'restore' ? version.deleted : kind === 'update' || kind === 'vanish' || !version.deleted
}

function version(row: Row, state: Omit<Version, 'json'>): Version {
  const json = JSON.stringify({
    id: row.id,
    remote_id: `remote_${row.id}`,
    created_at: formatStamp(row.createdAt),
    modified_at: formatStamp(state.stamp),
    remote_was_deleted: state.deleted,
    write: row.versions.length,
    teams: Array.from({ length: state.teams % 4 }, (_, index) => `team_${state.teams}_${index}`),
  })
  return { ...state, json }
}
