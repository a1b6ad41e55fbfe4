import { describe, expect, test } from 'vitest'
import { isoMicroseconds } from '../src/clock.ts'
import { type CursorPage, cutPage, type Ordering } from '../src/merge/cursor.ts'
import { randomFrom } from '../src/random.ts'
import { prepareSandbox } from './prepare.ts'

type Row = { id: number; at: number }
const at = (row: Row) => row.at

/** Rows whose timestamps come in runs of up to `longest` ties. */
function tiedRows(count: number, longest: number, seed: number) {
  const random = randomFrom(seed, 'rows')
  let stamp = Date.UTC(2026, 0, 1) * 1000
  return Array.from({ length: count }, (_, id) => {
    if (id % longest === 0 || random.chance(0.3)) stamp += 1 + random.integer(3)
    return { id, at: stamp }
  })
}

/** The ids that a walk from page to page meets. Gives up when it has met more than there are. */
function walk(rows: Row[], pageSize: number, descending: boolean) {
  const seen: number[] = []
  let cursor: string | null = null
  do {
    const page: CursorPage<Row> = cutPage(rows, { cursor, pageSize, descending, at })!
    seen.push(...page.results.map((row) => row.id))
    if (seen.length > rows.length) break
    cursor = page.next
  } while (cursor)
  return seen
}

describe('cursors', () => {
  test('lose and repeat nothing, however many rows share a timestamp and whatever the page size', () => {
    for (const longest of [1, 3, 40, 500]) {
      for (const pageSize of [1, 7, 30, 100]) {
        for (const descending of [false, true]) {
          const rows = tiedRows(333, longest, longest * 1000 + pageSize)
          const seen = walk(rows, pageSize, descending)
          expect(seen).toHaveLength(rows.length)
          expect(new Set(seen).size).toBe(rows.length)
        }
      }
    }
  })

  test('lead back the way they came', () => {
    // Whole pages: from a last page that is short and all of one timestamp, the original goes back too far, and so does this.
    const rows = tiedRows(100, 12, 5)
    const pages: number[][] = []
    let cursor: string | null = null
    let page = cutPage(rows, { cursor, pageSize: 10, descending: false, at })!
    while (pages.length < 20) {
      pages.push(page.results.map((row) => row.id))
      cursor = page.next
      if (!cursor) break
      page = cutPage(rows, { cursor, pageSize: 10, descending: false, at })!
    }
    const back: number[] = []
    while (page.previous && back.length < 200) {
      page = cutPage(rows, { cursor: page.previous, pageSize: 10, descending: false, at })!
      back.unshift(...page.results.map((row) => row.id))
    }
    expect(back).toEqual(pages.slice(0, -1).flat())
  })

  test('lose rows when more than a thousand share a timestamp, as the original does', () => {
    const rows = Array.from({ length: 1500 }, (_, id) => ({ id, at: 1_700_000_000_000_000 }))
    let cursor: string | null = null
    const seen = new Set<number>()
    for (let page = 0; page < 20; page++) {
      const cut: CursorPage<Row> = cutPage(rows, { cursor, pageSize: 100, descending: false, at })!
      for (const row of cut.results) seen.add(row.id)
      cursor = cut.next
    }
    expect(seen.size).toBe(1100)
  })

  test('look like Merge’s: a timestamp in base64', () => {
    const rows = [0, 1, 2].map((id) => ({ id, at: Date.UTC(2021, 0, 6, 3, 24, 53) * 1000 + 434_326 + id }))
    const { next } = cutPage(rows, { cursor: null, pageSize: 1, descending: false, at })!
    expect(next).toBe('cD0yMDIxLTAxLTA2KzAzJTNBMjQlM0E1My40MzQzMjYlMkIwMCUzQTAw')
  })
})

describe('lists', () => {
  test.each<Ordering>(['created_at', '-created_at', 'modified_at', '-modified_at'])('come whole when sorted by %s', async (ordering) => {
    const { sandbox, link, walk } = prepareSandbox({ employees: 250, ordering, batchSize: 60 })
    const { id, token } = await link()
    sandbox.change(id)
    sandbox.sync(id)
    for (const pageSize of ['7', '30', '100']) {
      const { records } = await walk(token, 'employees', { page_size: pageSize })
      expect(records.map((each) => each.id).toSorted()).toEqual(
        sandbox
          .truth(id, 'hris.Employee')
          .map((each) => each.id)
          .toSorted(),
      )
      const stamps = records.map((each) => String(each[ordering.replace('-', '')]))
      expect(stamps).toEqual(ordering.startsWith('-') ? stamps.toSorted().toReversed() : stamps.toSorted())
    }
  })

  test('have 30 rows a page unless asked, and never more than 100', async () => {
    const { call, link } = prepareSandbox({ employees: 250 })
    const { token } = await link()
    const count = async (query: string) => (await call(`/api/hris/v1/employees${query}`, { token })).body.results.length
    expect(await count('')).toBe(30)
    expect(await count('?page_size=100')).toBe(100)
    expect(await count('?page_size=1000')).toBe(100)
    expect(await count('?page_size=0')).toBe(30)
  })

  test('refuse a cursor that is not one', async () => {
    const { call, link } = prepareSandbox()
    const { token } = await link()
    for (const cursor of ['garbage', 'cD1ub3QtYS1kYXRl', 'bz1hYmM=', '%00']) {
      expect(await call(`/api/hris/v1/employees?cursor=${encodeURIComponent(cursor)}`, { token })).toMatchObject({
        status: 404,
        body: { detail: 'Invalid cursor' },
      })
    }
    expect((await call('/api/hris/v1/sync-status?cursor=garbage', { token })).status).toBe(404)
  })

  test('of sync-status have opaque cursors too', async () => {
    const { walk, link } = prepareSandbox()
    const { token } = await link()
    const { records, pages } = await walk(token, 'sync-status', { page_size: '5' })
    expect(pages).toBe(4)
    expect(new Set(records.map((each) => each.model_id)).size).toBe(16)
  })

  test('filter by creation, modification and the fields that Merge filters by', async () => {
    const { sandbox, clock, link, walk, call } = prepareSandbox()
    const { id, token } = await link()
    clock.advance(5000)
    const hired = sandbox.hire(id, { fields: { first_name: 'Grace', last_name: 'Hopper' } })
    const changed = sandbox.change(id, { id: String(sandbox.truth(id, 'hris.Employee')[7]!.id) })
    sandbox.sync(id)
    const ids = async (query: Record<string, string>) => (await walk(token, 'employees', query)).records.map((each) => each.id)
    const between = isoMicroseconds((clock.now() - 1) * 1000)
    expect((await ids({ modified_after: between })).toSorted()).toEqual([hired.id, changed.id].toSorted())
    expect(await ids({ created_after: between })).toEqual([hired.id])
    expect(await ids({ created_before: between })).toHaveLength(60)
    expect(await ids({ display_full_name: 'Grace Hopper' })).toEqual([hired.id])
    const stamp = String(sandbox.truth(id, 'hris.Employee').find((each) => each.id === hired.id)!.modified_at)
    expect(await ids({ modified_after: stamp })).not.toContain(hired.id)
    expect((await call('/api/hris/v1/employees?modified_after=yesterday', { token })).status).toBe(400)
  })

  test('show sensitive fields and the source’s own data only when asked', async () => {
    const { link, walk, call } = prepareSandbox()
    const { token } = await link()
    expect((await walk(token, 'employees')).records.every((each) => each.ssn === null)).toBe(true)
    expect((await walk(token, 'employees', { include_sensitive_fields: 'true' })).records.some((each) => each.ssn !== null)).toBe(true)
    const { body } = await call('/api/hris/v1/companies?include_remote_data=true', { token })
    expect(body.results[0].remote_data).toEqual([{ path: '/companies', data: { id: 'company-1' } }])
  })
})
