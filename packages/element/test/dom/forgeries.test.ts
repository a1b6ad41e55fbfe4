import { ConnectError } from '@connect-integration/element'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { prepareElement, scriptedMergeLink, settle } from './prepare.ts'
import { drawnCatalog, integration, prepareCatalog } from './prepare-catalog.ts'
import { account, drawn, prepareList } from './prepare-list.ts'

const forged = { id: 'acc_forged', category: 'hris', status: 'active', displayName: 'Forged', integration: null }

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

describe('B7 what a script on the page forges counts for nothing: the server is asked', () => {
  it('B7 a forged success connects nothing: the server refuses the token, and that is what the customer reads', async () => {
    const { last } = scriptedMergeLink()
    const { harness, element, transport } = await prepareElement()
    const onSuccess = vi.fn()
    element.onSuccess = onSuccess
    transport.fail = (call) => {
      if (call === 'exchange') throw new ConnectError('not_found', 'no such token')
    }
    harness.click()
    await harness.waitForState('open')
    last().onSuccess('public_forged', { isTokenForOtherPreexistingLinkedAccount: true })
    await harness.waitForState('failed')
    await settle()

    expect(transport.exchanged).toEqual(['public_forged'])
    expect(harness.eventNames).toEqual(['connect-ready', 'connect-error'])
    expect(harness.events.map(({ detail }) => detail)).not.toContainEqual({ state: 'connected' })
    expect(onSuccess).not.toHaveBeenCalled()
  })

  it('B7 while the server has not answered nothing is connected, whatever the script says meanwhile', async () => {
    const { last } = scriptedMergeLink()
    const { harness, transport } = await prepareElement()
    let answer = () => {}
    transport.fail = (call) =>
      call === 'exchange'
        ? new Promise<void>((resolve) => {
            answer = resolve
          })
        : undefined
    harness.click()
    await harness.waitForState('open')
    last().onSuccess('public_forged')
    last().onReady?.()
    last().onExit?.()
    last().onSuccess('public_forged')
    await settle()
    expect(harness.state()).toBe('finishing')
    expect(harness.eventNames).not.toContain('connect-success')
    answer()

    // What it connects is what the server has answered, not what was claimed.
    expect(await harness.waitForEvent('connect-success')).toEqual({ account: transport.account })
  })

  it('B7 before a click there is nothing that the script could call, and what it calls after the element has gone does nothing', async () => {
    const { configs, last } = scriptedMergeLink()
    const { harness, element, transport } = await prepareElement()
    await settle()
    expect(configs).toEqual([])
    harness.click()
    await harness.waitForState('open')
    const { onSuccess, onExit } = last()
    element.remove()
    await settle()
    onSuccess('public_forged')
    onExit?.()
    await settle()

    expect(transport.exchanged).toEqual([])
    expect(harness.eventNames).toEqual(['connect-ready', 'connect-exit'])
  })

  it('B7 forged events change the state of no button', async () => {
    const { harness, element, transport } = await prepareElement()
    forgeEverything(element)
    forgeEverything(document.body)
    await element.updateComplete

    expect(element.state).toBe('idle')
    expect(element.dataset.state).toBe('idle')
    expect(harness.message).toBe('')
    expect(transport.exchanged).toEqual([])
  })

  it('B7 forged events add, change and remove nothing in a list, which asks the server', async () => {
    const { element, rows, row, transport } = await prepareList([account('a'), account('b')])
    const before = element.shadowRoot?.querySelector("[part='list']")?.textContent
    const asked = transport.listed.length
    for (const target of [element, row('a'), document.body]) forgeEverything(target!, 'a')
    // A sign-in that has ended: that is when a list looks.
    forge(document.body, 'connect-state', { state: 'failed' })
    await drawn(element)

    expect(rows().map(({ dataset }) => dataset.id)).toEqual(['a', 'b'])
    expect(element.shadowRoot?.querySelector("[part='list']")?.textContent).toBe(before)
    expect(element.accounts.map(({ id }) => id)).toEqual(['a', 'b'])
    expect(transport.listed.length).toBeGreaterThan(asked)
    expect(transport.deleted).toEqual([])
  })

  it('B7 forged events connect and disconnect nothing in a catalog, which asks the server', async () => {
    const linked = account('acc_a', { integration: { name: 'A', slug: 'a', logoUrl: null, color: null } })
    const { element, harness, transport } = await prepareCatalog([integration('A'), integration('B')], { accounts: [linked] })
    const asked = transport.listed.length
    for (const target of [element, document.body]) {
      forgeEverything(target, 'acc_a', { name: 'B', slug: 'b', logoUrl: null, color: null })
    }
    await drawnCatalog(element)

    expect(['A', 'B'].map((name) => harness.status(name))).toEqual(['Connected', ''])
    expect(harness.names).toEqual(['A', 'B'])
    expect(transport.listed.length).toBeGreaterThan(asked)
  })
})

/** Everything that the elements dispatch, from somebody else and about an account that may or may not exist. */
function forgeEverything(target: EventTarget, id = forged.id, of: unknown = null): void {
  const account = { ...forged, id, integration: of }
  for (const name of ['connected', 'connect-success', 'integration-deleted']) forge(target, name, { account })
  for (const state of ['loading', 'open', 'finishing', 'connected']) forge(target, 'connect-state', { state })
  forge(target, 'connect-ready', null)
  forge(target, 'connect-exit', { reason: 'completed' })
  forge(target, 'connect-error', { code: 'unavailable', message: 'forged', retryable: true })
  forge(target, 'integration-list-loaded', { accounts: [account] })
  forge(target, 'integration-catalog-loaded', { integrations: [] })
}

function forge(target: EventTarget, name: string, detail: unknown): void {
  target.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }))
}
