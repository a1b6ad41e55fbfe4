import { DatabaseSync } from 'node:sqlite'
import { sqliteStorage } from '@connect-integration/storage-sql'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromStored, toStored } from '../src/text.ts'
import { newAccount, record } from './fixtures/examples.ts'

/** Any UTF-16: halves of surrogate pairs, NUL and the mark itself more often than chance would have it. */
const anyText = fc
  .array(fc.oneof(fc.constantFrom('\0', '\ud800', '\udc00', '\uffff', 'a', '"', '\\', '😀'), fc.string()))
  .map((parts) => parts.join(''))

describe('stored text', () => {
  test('comes back as it was, whatever it is', () => {
    fc.assert(fc.property(anyText, (text) => fromStored(toStored(text)) === text))
  })

  test('can be stored in UTF-8 without loss', () => {
    fc.assert(fc.property(anyText, (text) => Buffer.from(toStored(text), 'utf8').toString('utf8') === toStored(text)))
    fc.assert(fc.property(anyText, (text) => !toStored(text).includes('\0')))
  })

  test('is the text itself unless it has to differ, so that SQL can read it', () => {
    for (const text of ['', 'plain', '{"a":"é 漢 😀 \\u0000 \\ud800"}', '\ufeff', 'a\uffff']) expect(toStored(text)).toBe(text)
    for (const text of ['a\0', '\ud800', '\uffffa']) expect(toStored(text)).not.toBe(text)
  })

  test('of two different texts differs', () => {
    fc.assert(fc.property(anyText, anyText, (one, other) => (one === other) === (toStored(one) === toStored(other))))
  })
})

test('SQLite gives every text back: ids, models, tokens, checkpoints and data', async () => {
  const storage = sqliteStorage(':memory:')
  await storage.migrate()
  const odd = ['a\0b', 'a\0c', 'a', '\ud800', '\udc00', '\uffff', '\uffff"a"', '\ufffd', '\ufeffa', '😀']
  for (const [index, id] of odd.entries()) {
    await storage.reserve(newAccount(`${index}`, { id, organizationId: id, originId: id, slot: id, category: id, userId: id, details: id }))
    await storage.update(id, 1, { token: id, linkedAccountId: id })
    const [claimed] = await storage.claim({ owner: id, leaseMs: 1000, limit: 1, accountId: id })
    const records = odd.map((each) => record(each, each))
    expect(await storage.commit({ accountId: id, fence: claimed!.fence, model: id, records, checkpoint: id })).toEqual({
      changed: 10,
      deleted: 0,
      seq: 10,
    })
  }
  for (const id of odd) {
    const found = await storage.get({ linkedAccountId: id })
    const models = { [id]: { checkpoint: id, seq: 10, records: 10 } }
    expect(found).toMatchObject({
      id,
      organizationId: id,
      originId: id,
      slot: id,
      category: id,
      userId: id,
      details: id,
      token: id,
      models,
    })
    expect((await storage.list({ organizationId: id, userId: id, category: id, limit: 10 })).accounts).toEqual([found])
    const { changes } = await storage.changes({ accountId: id, model: id, after: 0, limit: 100 })
    expect(changes.map((change) => [change.id, change.data])).toEqual(odd.map((each) => [each, each]))
  }
  await storage.close()
})

test('a handle that reads integers as BigInt works the same', async () => {
  const handle = new DatabaseSync(':memory:', { readBigInts: true } as never)
  const storage = sqliteStorage(handle)
  await storage.migrate()
  const { account } = await storage.reserve(newAccount('a'))
  expect([account.revision, account.createdAt, account.due]).toEqual([1, 1_782_000_000_000, null])
  const [claimed] = await storage.claim({ owner: 'test', leaseMs: 1000, limit: 1, accountId: account.id })
  const page = { accountId: account.id, fence: claimed!.fence, model: 'm', records: [record('x')], checkpoint: null }
  expect(await storage.commit(page)).toEqual({ changed: 1, deleted: 0, seq: 1 })
  expect(await storage.commit(page)).toEqual({ changed: 0, deleted: 0, seq: 1 })
  handle.close()
})
