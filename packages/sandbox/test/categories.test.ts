import { describe, expect, test } from 'vitest'
import { categories } from '../src/world/index.ts'
import { prepareSandbox } from './prepare.ts'

type Prepared = ReturnType<typeof prepareSandbox>
type Row = Record<string, unknown>

const names = categories.map((category) => category.name)
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

/** Category and model of every list that has records. */
const lists = categories.flatMap(({ name, models }) => models.filter((model) => model.available).map((model) => [name, model.id] as const))

/** Live records of every model of the account. */
function everything({ sandbox }: Prepared, id: string): Row[] {
  const account = sandbox.accounts().find((each) => each.id === id)!
  return account.models.flatMap((model) => sandbox.truth(id, model.id)).filter((record) => record.remote_was_deleted !== true)
}

/** Every id that records or the rows inside them bear, and every one that they point to. */
function idsAndReferences(records: Row[]) {
  const ids = new Set<unknown>()
  const references = new Set<unknown>()
  const visit = (value: unknown) => {
    if (typeof value === 'string' && uuid.test(value)) references.add(value)
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      if (key === 'id') ids.add(inner)
      else visit(inner)
    }
  }
  for (const record of records) visit(record)
  return { ids, references }
}

describe.each(names)('%s', (name) => {
  test('points nowhere but to itself, when new and after a hard day', async () => {
    const prepared = prepareSandbox({ records: 120 })
    const { sandbox, link } = prepared
    const { id } = await link('org_1', name)
    const check = () => {
      const { ids, references } = idsAndReferences(everything(prepared, id))
      expect(references.size).toBeGreaterThan(0)
      for (const reference of references) expect(ids).toContain(reference)
    }
    check()
    for (const model of sandbox.accounts()[0]!.models) {
      sandbox.change(id, { model: model.id })
      sandbox.remove(id, { model: model.id })
      sandbox.add(id)
    }
    sandbox.sync(id)
    check()
  })

  test('is as large as told, and can be empty', async () => {
    const { sandbox, link } = prepareSandbox({ records: 70, employees: 33 })
    const { id } = await link('org_1', name)
    const main = categories.find((category) => category.name === name)!.mainModel
    expect(sandbox.truth(id, main)).toHaveLength(name === 'hris' ? 33 : 70)
    const nothing = prepareSandbox({ employees: 0 })
    const empty = await nothing.link('org_1', name)
    expect(nothing.sandbox.truth(empty.id, main)).toHaveLength(0)
    nothing.sandbox.add(empty.id, { immediately: true })
    expect(nothing.sandbox.truth(empty.id, main)).toHaveLength(1)
  })

  test('is added to, changed and deleted from, and Merge hears of each at its next run', async () => {
    const { sandbox, link, walk, clock } = prepareSandbox()
    const { id, token } = await link('org_1', name)
    const main = categories.find((category) => category.name === name)!
    const { path } = main.models.find((model) => model.id === main.mainModel)!
    const before = new Date(clock.now() + 1).toISOString()
    clock.advance(60_000)
    const added = sandbox.add(id)
    const changed = sandbox.change(id, { id: String(sandbox.truth(id, main.mainModel)[5]!.id) })
    const removed = sandbox.remove(id, { id: String(sandbox.truth(id, main.mainModel).at(-1)!.id) })
    expect([added.model, changed.model, removed.model]).toEqual([main.mainModel, main.mainModel, main.mainModel])
    expect((await walk(token, path, { modified_after: before }, name)).records).toEqual([])
    sandbox.sync(id)
    const seen = (await walk(token, path, { modified_after: before, include_deleted_data: 'true', page_size: '100' }, name)).records
    const deleted = new Map(seen.map((record) => [record.id, record.remote_was_deleted]))
    expect(deleted.get(added.id)).toBe(false)
    expect(deleted.get(changed.id)).toBe(false)
    expect(deleted.get(removed.id)).toBe(true)
  })

  test('can have its new record told what to be, and not what it cannot be', async () => {
    const { sandbox, link } = prepareSandbox()
    const { id } = await link('org_1', name)
    const fields = { hris: { preferred_name: 'Ada' }, ats: { title: 'Ada' }, crm: { last_name: 'Ada' }, accounting: { memo: 'Ada' } }
    const field = (fields as Record<string, Row>)[name] ?? {
      [{ knowledgebase: 'title', chat: 'body', email: 'subject' }[name] ?? 'name']: 'Ada',
    }
    const added = sandbox.add(id, { fields: field, immediately: true })
    expect(sandbox.truth(id, added.model).find((record) => record.id === added.id)).toMatchObject(field)
    expect(() => sandbox.add(id, { fields: { shoe_size: 42 } })).toThrow('has no field shoe_size')
  })

  test('belongs to one account alone and follows from the seed', async () => {
    const one = prepareSandbox({ seed: 3 })
    const two = prepareSandbox({ seed: 3 })
    const [a, b] = [await one.link('a', name), await one.link('b', name)]
    const again = await two.link('a', name)
    expect(everything(two, again.id)).toEqual(everything(one, a.id))
    const { ids } = idsAndReferences(everything(one, a.id))
    for (const record of idsAndReferences(everything(one, b.id)).ids) expect(ids).not.toContain(record)
  })

  test('has vendors, and a card’s worth of words on the control page', async () => {
    const { call, sandbox, link } = prepareSandbox()
    const { id } = await link('org_1', name)
    const described = (await call('/sandbox/categories')).body.categories.find((each: Row) => each.name === name)
    expect(described.integrations.length).toBeGreaterThan(2)
    expect(described.models).toEqual(
      sandbox
        .accounts()
        .find((each) => each.id === id)!
        .models.map((model) => model.id),
    )
    const { labels } = sandbox.accounts()[0]!
    expect(new Set([labels.add, labels.change, labels.remove]).size).toBe(3)
  })

  test('answers every one of its lists, and says DISABLED where there is nothing', async () => {
    const { call, link } = prepareSandbox()
    const { token } = await link('org_1', name)
    const status = (await call(`/api/${name}/v1/sync-status?page_size=100`, { token })).body.results as Row[]
    for (const model of categories.find((category) => category.name === name)!.models) {
      const { status: code, body } = await call(`/api/${name}/v1/${model.path}?page_size=1`, { token })
      expect(code).toBe(200)
      expect(body.results).toHaveLength(model.available ? 1 : 0)
      const sync = status.find((each) => each.model_id === model.id)!
      expect(sync).toMatchObject({ model_name: model.name, status: model.available ? 'DONE' : 'DISABLED' })
    }
  })
})

test.each(lists)('%s: a change to any %s is a change', async (name, model) => {
  const { sandbox, link } = prepareSandbox()
  const { id } = await link('org_1', name)
  const { id: changed } = sandbox.change(id, { model })
  const before = sandbox.truth(id, model)
  sandbox.sync(id)
  const without = (record: Row) => ({ ...record, modified_at: null })
  // A tag of an applicant-tracking system has no id: its place in the list has to do.
  const differing = sandbox
    .truth(id, model)
    .filter((record, index) => JSON.stringify(without(record)) !== JSON.stringify(without(before[index]!)))
  expect(differing).toHaveLength(1)
  expect(differing[0]!.id ?? changed).toBe(changed)
})

test('every filter and every relation names a field that is there', async () => {
  const { sandbox, link } = prepareSandbox({ records: 40 })
  for (const { name, models } of categories) {
    const { id } = await link(name, name)
    for (const model of models.filter((each) => each.available)) {
      const record = sandbox.truth(id, model.id)[0]!
      const used = [
        Object.values(model.filters ?? {}),
        Object.values(model.ranges ?? {}),
        Object.keys(model.relations ?? {}),
        model.partOf ?? [],
      ]
      for (const field of used.flat()) expect(record, `${model.id} ${field}`).toHaveProperty(field)
      for (const target of Object.values(model.relations ?? {})) expect(models.map((each) => each.id)).toContain(target)
    }
  }
})
