import { describe, expect, it } from 'vitest'
import { viewAccount } from '../../src/account-view.ts'
import { english } from '../../src/list-messages.ts'
import { account } from './prepare-list.ts'

const STATUSES = ['pending', 'active', 'held', 'relink_needed', 'deleting', 'error', 'a word of tomorrow']
const READINESS = ['none', 'waiting', 'initial', 'partial', 'complete', 'degraded', 'stale', 'a word of tomorrow', undefined]

describe('the words for an account', () => {
  it.each([
    ['pending', 'Not finished', 'continue', 'remove'],
    ['held', 'Waiting for setup', 'relink', 'delete'],
    ['relink_needed', 'Needs attention', 'relink', 'delete'],
    ['deleting', 'Disconnecting…', null, null],
    ['error', 'No longer available', null, 'delete'],
    ['a word of tomorrow', 'Connected', 'relink', 'delete'],
  ])('%s: %s', (status, words, connect, remove) => {
    const view = viewAccount(account('a', { status }))
    expect(english[view.status as keyof typeof english]).toBe(words)
    expect(view).toMatchObject({ connect, remove })
  })

  it.each([
    ['waiting', 'Connected, waiting for the first data', 'This can take a few minutes. You can leave this page.'],
    ['initial', 'Connected, first sync in progress', 'This can take a few minutes. You can leave this page.'],
    ['partial', 'Connected', 'Some of the data is not available.'],
    ['complete', 'Connected', ''],
    ['none', 'Connected', ''],
    ['degraded', 'Connected', 'Some of the data could not be read.'],
    ['stale', 'Connected', 'The data is not being renewed at the moment. If this goes on, relink the integration.'],
    ['a word of tomorrow', 'Connected', ''],
  ])('active and %s: %s', (readiness, words, advice) => {
    const view = viewAccount(account('a', { sync: { readiness } }))
    expect(english[view.status as keyof typeof english]).toBe(words)
    expect(english[view.advice as keyof typeof english] ?? '').toBe(advice)
  })

  it('is at rest when nothing of the connection is to be synced', () => {
    expect(viewAccount(account('a', { sync: { readiness: 'none' } }))).toMatchObject({ tone: 'good', progress: undefined, moving: false })
  })

  it('has a text for whatever can come together', () => {
    const views = STATUSES.flatMap((status) => READINESS.map((readiness) => viewAccount(account('a', { status, sync: { readiness } }))))
    for (const { status, advice } of views) {
      expect(english).toHaveProperty(status)
      if (advice) expect(english).toHaveProperty(advice)
    }
  })

  it('stand out where the customer has to act, and only there', () => {
    const urgent = STATUSES.filter((status) => viewAccount(account('a', { status })).urgent)
    expect(urgent).toEqual(['relink_needed'])
  })
})

describe('the first sync', () => {
  it('counts the models that have been read, and all records', () => {
    const models = { one: { ready: true, records: 100 }, two: { ready: false, records: 23 }, none: { state: 'off', ready: false } }
    expect(viewAccount(account('a', { sync: { readiness: 'initial', models } }))).toMatchObject({
      progress: 0.5,
      records: 123,
      moving: true,
    })
  })

  it('has no share to show while there is one model, or none', () => {
    expect(viewAccount(account('a', { sync: { readiness: 'initial', models: { one: { records: 5 } } } })).progress).toBeNull()
    expect(viewAccount(account('a', { sync: { readiness: 'waiting' } })).progress).toBeNull()
  })

  it('is told from an older server by what it has', () => {
    expect(viewAccount(account('a', { sync: { ready: false, models: {} } })).status).toBe('status_waiting')
    expect(viewAccount(account('a', { sync: { ready: false, models: { one: { records: 5 } } } })).status).toBe('status_initial')
    expect(viewAccount(account('a', { sync: { ready: true } })).status).toBe('status_active')
    expect(viewAccount(account('a', { sync: undefined })).status).toBe('status_active')
    expect(viewAccount(account('a', { sync: null })).status).toBe('status_active')
  })

  it('goes on while one part waits and another comes in', () => {
    expect(viewAccount(account('a', { sync: { readiness: 'waiting', records: 5 } }))).toMatchObject({
      status: 'status_initial',
      records: 5,
    })
    expect(viewAccount(account('a', { sync: { readiness: 'waiting', records: 0 } })).status).toBe('status_waiting')
  })

  it('is over for one that is complete', () => {
    expect(viewAccount(account('a'))).toMatchObject({ progress: undefined, moving: false })
  })
})
