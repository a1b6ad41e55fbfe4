import { describe, expect, test } from 'vitest'
import { createIntegrations, customCategory, ErrorCode, type Options } from '../src/index.ts'
import { MODEL_TABLE } from '../src/merge/model-table.ts'
import { wantedModels } from '../src/models-option.ts'
import { memoryStorage } from '../src/storage/memory.ts'
import { SECRET } from './support/setup.ts'

const THREAD = { model: 'email.Thread', category: 'email', path: 'threads' } as const
const options = (sync: object, more: object = {}) =>
  ({ merge: { apiKey: 'a-key' }, storage: memoryStorage(), secrets: [SECRET], sync, ...more }) as Options
const refused = (...words: string[]) =>
  expect.objectContaining({
    code: ErrorCode.CONFIG_INVALID,
    message: expect.stringMatching(new RegExp(words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('[^]*'))),
  })

describe('a model that the table lacks', () => {
  test('is as most models are, but for what is said of it', () => {
    const [thread, invitee] = wantedModels([
      THREAD,
      {
        ...{ model: 'calendar.Invitee', category: 'calendar', path: 'events/invitees', modifiedAfter: false },
        ...{ hasId: false, key: ['remote_id', 'name'], hasDeletionMark: false },
      },
    ])
    const { model: _, path: __, category: ___, webhook: ____, ...usual } = MODEL_TABLE.find((row) => row.model === 'hris.Employee')!
    expect(thread).toEqual({ ...usual, ...THREAD, webhook: 'Thread' })
    expect(invitee).toMatchObject({
      ...{ category: 'calendar', path: 'events/invitees', modifiedAfter: false, hasId: false },
      ...{ key: ['remote_id', 'name'], hasDeletionMark: false, sensitive: false, retired: false },
    })
  })

  test('stands in the order in which it was named, and changes neither the table nor what was passed', () => {
    const before = JSON.stringify(MODEL_TABLE)
    const own = Object.freeze({ ...THREAD })
    expect(wantedModels(['hris.Employee', own, 'email.Message', 'hris.Employee']).map(({ model }) => model)).toEqual([
      ...['hris.Employee', 'email.Thread', 'email.Message'],
    ])
    expect(JSON.stringify(MODEL_TABLE)).toBe(before)
    expect(() => wantedModels(['email.Thread'])).toThrow(refused('email.Thread', 'no model of Merge'))
  })

  test.each<[string, unknown, string[]]>([
    ['null', null, ['null']],
    ['a list', [], ['category']],
    ['nothing', {}, ['category']],
    ['no category', { model: 'email.Thread', path: 'threads' }, ['email.Thread', '"category"']],
    ['a category in capitals', { ...THREAD, category: 'EMAIL' }, ['email.Thread', '"category"']],
    ['a category that leaves its path', { ...THREAD, category: '../hris' }, ['email.Thread', '"category"']],
    ['no model', { category: 'email', path: 'threads' }, ['"model"']],
    ['a model of another category', { ...THREAD, model: 'hris.Thread' }, ['hris.Thread', '"model"']],
    ['a model without a category', { ...THREAD, model: 'Thread' }, ['Thread', '"model"']],
    ['a model without a name', { ...THREAD, model: 'email.' }, ['email.', '"model"']],
    ['a model with a blank', { ...THREAD, model: 'email.A Thread' }, ['email.A Thread', '"model"']],
    ['a number for a model', { ...THREAD, model: 7 }, ['7', '"model"']],
    ['no path', { model: 'email.Thread', category: 'email' }, ['email.Thread', '"path"']],
    ['a path with a slash before it', { ...THREAD, path: '/threads' }, ['"path"']],
    ['a path that leaves the category', { ...THREAD, path: '../v1/threads' }, ['"path"']],
    ['a path with a query', { ...THREAD, path: 'threads?expand=all' }, ['"path"']],
    ['a path with a place to fill', { ...THREAD, path: 'threads/{id}' }, ['"path"']],
    ['a path with percent signs', { ...THREAD, path: '%2e%2e' }, ['"path"']],
    ['an empty path', { ...THREAD, path: '' }, ['"path"']],
    ['a path of all customers', { ...THREAD, path: 'linked-accounts' }, ['"path"', 'linked-accounts']],
    ['a path below one of all customers', { ...THREAD, path: 'Issues/x' }, ['"path"', 'Issues/x']],
    ['a field that is none', { ...THREAD, modified_after: true }, ['modified_after', 'Known: model']],
    ['a text for a truth', { ...THREAD, modifiedAfter: 'yes' }, ['"modifiedAfter"']],
    ['a number for a truth', { ...THREAD, hasDeletionMark: 1 }, ['"hasDeletionMark"']],
    ['null for a truth', { ...THREAD, hasId: null }, ['"hasId"']],
    ['no id and no key', { ...THREAD, hasId: false }, ['"key"']],
    ['no id, and the id as a key', { ...THREAD, hasId: false, key: ['id'] }, ['"key"']],
    ['a key that is no list', { ...THREAD, hasId: false, key: 'remote_id' }, ['"key"']],
    ['an empty key', { ...THREAD, hasId: false, key: [] }, ['"key"']],
    ['a key beside an id', { ...THREAD, key: ['remote_id'] }, ['"key"', 'hasId: false']],
  ])('is refused with what is wrong of it: %s', (_, model, words) => {
    expect(() => createIntegrations(options({ models: ['hris.Employee', model] }))).toThrow(refused('"sync.models"', ...words))
  })

  test.each<[string, object[]]>([
    ['a model of the table', [{ model: 'email.Message', category: 'email', path: 'letters' }]],
    ['a list of the table', [{ model: 'email.Letter', category: 'email', path: 'messages' }]],
    ['a name that Merge uses for one of the table', [{ model: 'crm.CRMContact', category: 'crm', path: 'people' }]],
    ['the same twice', [THREAD, { ...THREAD }]],
    ['the same list twice', [THREAD, { ...THREAD, model: 'email.Chain' }]],
    ['the same name in another spelling', [THREAD, { ...THREAD, model: 'email.THREAD', path: 'chains' }]],
  ])('is refused where it cannot be told from another: %s', (_, models) => {
    expect(() => createIntegrations(options({ models }))).toThrow(refused('"sync.models"', 'known already'))
  })

  test('has fields of its own to leave out, and no others to name', () => {
    const sync = (omit: object) => options({ models: [THREAD], omit })
    createIntegrations(sync({ 'email.Thread': ['subject'] }))
    expect(() => createIntegrations(sync({ 'email.Chain': ['subject'] }))).toThrow(refused('"sync.omit"', 'email.Chain'))
    expect(() => createIntegrations(sync({ 'email.Thread': ['id'] }))).toThrow(refused('"sync.omit"', 'email.Thread'))
  })

  test('is of one instance only: two that describe it differently do not meet', () => {
    const [one, other] = [
      createIntegrations(options({ models: [THREAD] })),
      createIntegrations(options({ models: [{ ...THREAD, path: 'chains' }] })),
    ]
    const paths = [one, other].map(({ core }) => core.sync.settings.models.map(({ path }) => path))
    expect(paths).toEqual([['threads'], ['chains']])
    expect(createIntegrations(options({ models: ['hris.Employee'] })).core.link.categories.has('email')).toBe(true)
  })
})

describe('a category that is not known yet', () => {
  test('is made from letters only', () => {
    expect(customCategory('warehouse')).toBe('warehouse')
    for (const name of ['', 'a', 'Warehouse', 'ware-house', 'ware house', '../hris', 'a'.repeat(41), 'crm2', 7, null, undefined])
      expect(() => customCategory(name as string)).toThrow(refused('customCategory'))
  })

  test('is known to the instance that names it, by itself or with a model', () => {
    const known = (sync: object, more?: object) => createIntegrations(options(sync, more)).core.link.categories.has('warehouse')
    const models = [{ model: 'warehouse.Shelf', category: customCategory('warehouse'), path: 'shelves' }]
    expect(known({ models: ['hris.Employee'] })).toBe(false)
    expect(known({ models: ['hris.Employee'] }, { categories: [customCategory('warehouse')] })).toBe(true)
    expect(known({ models })).toBe(true)
    expect(known({ models: ['hris.Employee'] })).toBe(false)
  })

  test.each([['Warehouse'], ['../hris'], [''], [7]])('is refused in "categories" where it cannot be one: %j', (name) => {
    expect(() => createIntegrations(options({ models: ['hris.Employee'] }, { categories: [name] }))).toThrow(refused('"categories"'))
  })

  test('"categories" must be a list', () => {
    expect(() => createIntegrations(options({ models: ['hris.Employee'] }, { categories: 'warehouse' }))).toThrow(refused('"categories"'))
  })
})
