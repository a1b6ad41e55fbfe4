import { ConnectError, type IntegrationList } from '@connect-integration/element'
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { prepareElement, scriptedMergeLink, settle } from './prepare.ts'
import { integration, prepareCatalog } from './prepare-catalog.ts'
import { account, prepareList } from './prepare-list.ts'

const LINK_TOKEN = /link_\d/
const SECRETS = [LINK_TOKEN, /public_secret/, /bearer_secret/]
const headers = { authorization: 'Bearer bearer_secret' }

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
})

describe('B4 no event that anything on the page dispatches carries a token', () => {
  it('B4 when a customer connects, closes the success screen, and opens once more', async () => {
    const dispatched = everyEvent()
    const { last } = scriptedMergeLink()
    const { harness, transport } = await prepareElement({ headers })
    harness.click()
    await harness.waitForState('open')
    last().onSuccess('public_secret', { isTokenForOtherPreexistingLinkedAccount: true })
    await harness.waitForState('connected')
    last().onExit?.()
    harness.click()
    await harness.waitForState('open')

    expect(transport.exchanged).toEqual(['public_secret'])
    expect(last().linkToken).toMatch(LINK_TOKEN)
    expectNoSecret(dispatched(), ['connect-state', 'connect-ready', 'connect-success', 'connect-exit'])
  })

  it('B4 when the server does not confirm, and says why with the token in it', async () => {
    const dispatched = everyEvent()
    const { last } = scriptedMergeLink()
    const { harness, transport } = await prepareElement({ headers })
    transport.fail = (call) => {
      if (call === 'exchange') throw new ConnectError('not_found', 'public_secret is spent')
    }
    harness.click()
    await harness.waitForState('open')
    last().onSuccess('public_secret')
    await harness.waitForState('failed')

    expectNoSecret(dispatched(), ['connect-error'])
  })

  it('B4 when the sign-in ends because the link token was refused, with its text in the reason', async () => {
    const dispatched = everyEvent()
    const { last } = scriptedMergeLink()
    const { harness } = await prepareElement({ headers })
    harness.click()
    await harness.waitForState('open')
    last().onValidationError?.([{ detail: `${last().linkToken} has expired` }])
    await harness.waitForState('failed')

    expectNoSecret(dispatched(), ['connect-error', 'connect-exit'])
  })

  it.each([
    ['the server', 'createLinkToken'],
    ['whoever asks for the headers', 'headers'],
  ])('B4 when %s fails with a secret in the error', async (_, where) => {
    const dispatched = everyEvent()
    const fails = () => {
      throw new Error('link_1 public_secret bearer_secret')
    }
    const { element, harness, transport } = await prepareElement()
    if (where === 'headers') Object.assign(element, { transport: undefined, endpoint: '/api', headers: fails })
    else transport.fail = fails
    harness.click()
    await harness.waitForState('failed')

    expectNoSecret(dispatched(), ['connect-error'])
  })

  it('B4 when an element leaves the page in the middle of it', async () => {
    const dispatched = everyEvent()
    const { last } = scriptedMergeLink()
    const { element, harness } = await prepareElement({ headers })
    harness.click()
    await harness.waitForState('open')
    last().onSuccess('public_secret')
    element.remove()
    await harness.waitForEvent('connect-success')

    expectNoSecret(dispatched(), ['connect-success', 'connect-exit'])
  })

  it('B4 when files are picked', async () => {
    const dispatched = everyEvent()
    const { last } = scriptedMergeLink()
    const { harness } = await prepareElement({ headers, filePicker: {} })
    harness.click()
    await harness.waitForState('open')
    last().filePickerConfig?.onSubmit([{ id: 'file_1', name: 'Plan' }])

    expect(expectNoSecret(dispatched(), ['connect-files'])).toContain('file_1')
  })

  it('B4 when a list is read, relinks, fails to delete and deletes', async () => {
    const dispatched = everyEvent()
    const { last } = scriptedMergeLink()
    const { element, transport, part, row } = await prepareList([account('a', { status: 'relink_needed' })], { headers })
    await connectIn(part('connect', row('a')), last)
    await expect.poll(() => transport.exchanged).toEqual(['public_secret'])
    transport.fail = (call) => {
      if (call === 'deleteAccount') throw new Error('bearer_secret')
      if (call === 'listAccounts') throw new ConnectError('unavailable', 'bearer_secret')
    }
    await deleteFirst(element, part)
    element.refresh()
    await settle()
    transport.fail = undefined
    await deleteFirst(element, part)

    expectNoSecret(dispatched(), ['integration-list-loaded', 'integration-list-error', 'integration-deleted', 'connect-success'])
  })

  it('B4 when a catalog is read and connects', async () => {
    const dispatched = everyEvent()
    const { last } = scriptedMergeLink()
    const { element, transport, harness } = await prepareCatalog([integration('A')], { properties: { headers } })
    await connectIn(harness.connect('A'), last, false)
    await expect.poll(() => transport.exchanged).toEqual(['public_secret'])
    transport.fail = () => {
      throw new ConnectError('unavailable', 'bearer_secret')
    }
    element.refresh()
    await settle()

    expectNoSecret(dispatched(), ['integration-catalog-loaded', 'integration-catalog-error', 'connect-success'])
  })
})

/** From here to the end of the test: every event of every target, whether it bubbles and leaves shadow roots or not. */
function everyEvent(): () => Event[] {
  const seen: Event[] = []
  // One prototype in a browser; a DOM double may have several.
  for (const prototype of new Set([document.body, document, window].map(whereItDispatches))) {
    const { dispatchEvent } = prototype
    prototype.dispatchEvent = function (event) {
      seen.push(event)
      return dispatchEvent.call(this, event)
    }
    onTestFinished(() => {
      prototype.dispatchEvent = dispatchEvent
    })
  }
  return () => seen
}

function whereItDispatches(target: EventTarget): EventTarget {
  return Object.hasOwn(target, 'dispatchEvent') ? target : whereItDispatches(Object.getPrototypeOf(target))
}

/** Looks at all that an event has, and that those were among them which the test is about. */
function expectNoSecret(events: Event[], names: string[]): string {
  const custom = events.filter((event): event is CustomEvent => 'detail' in event)
  expect(custom.map(({ type }) => type)).toEqual(expect.arrayContaining(names))
  const carried = custom.map((event) => JSON.stringify([event.type, event.detail, Object.entries(event)])).join('\n')
  for (const secret of SECRETS) expect(carried).not.toMatch(secret)
  return carried
}

async function connectIn(button: HTMLElement | null, last: () => { onSuccess(publicToken: string): void }, click = true): Promise<void> {
  const element = button as HTMLElementTagNameMap['connect-integration']
  if (click) element.open()
  await expect.poll(() => element.state).toBe('open')
  last().onSuccess('public_secret')
}

async function deleteFirst(element: IntegrationList, part: (name: string) => HTMLElement | null): Promise<void> {
  part('delete')?.click()
  await settle()
  await element.updateComplete
  part('confirm')?.click()
  await settle()
}
