import {
  ConnectIntegrationHarness,
  installMergeLinkStub,
  type LinkBackend,
  type MergeLinkConfig,
  memoryLinkBackend,
} from '@connect-integration/element/testing'
import '@connect-integration/element/define'
import { afterEach, expect, it, vi } from 'vitest'
import { harnessOf } from '../harness-of.ts'

afterEach(() => {
  document.body.replaceChildren()
  document.body.style.overflow = ''
})

it('is ready more than once, and opens with what was initialized last', async () => {
  const { link, backend, harness } = prepareStub()
  const first = config('link_1')
  const second = config('link_2')
  link.initialize(first)
  link.initialize(second)
  await expect.poll(() => second.onReady).toHaveBeenCalledTimes(2)
  link.openLink(second)
  await harness.completeModal()
  await expect.poll(() => second.onReady).toHaveBeenCalledTimes(3)

  expect(first.onReady).not.toHaveBeenCalled()
  expect(backend.start).toHaveBeenCalledWith('link_2')
  expect(second.onSuccess).toHaveBeenCalledWith('public_1', expect.anything())
})

it('sends the token while it is open, then exits without arguments, and covers the page meanwhile', async () => {
  const { link, harness } = prepareStub()
  document.body.style.overflow = 'scroll'
  const settings = await open(link, config('link_1'))
  expect(document.body.style.overflow).toBe('hidden')
  expect(getComputedStyle(overlay()!).display).not.toBe('none')

  await harness.signInModal('Workday')
  expect(settings.onSuccess).toHaveBeenCalledTimes(1)
  expect(settings.onExit).not.toHaveBeenCalled()
  await harness.closeModal()

  expect(settings.onExit.mock.calls).toEqual([[]])
  expect(overlay()).toBeNull()
  expect(document.body.style.overflow).toBe('scroll')
})

it('keeps the token until it is closed, where that was asked for', async () => {
  const { link, harness } = prepareStub()
  const settings = await open(link, config('link_1', { shouldSendTokenOnSuccessfulLink: false }))
  await harness.signInModal()
  expect(settings.onSuccess).not.toHaveBeenCalled()
  await harness.closeModal()

  expect(settings.onSuccess).toHaveBeenCalledTimes(1)
  expect(settings.onExit).toHaveBeenCalledTimes(1)
})

it('abandons when it is closed or escaped from before the end', async () => {
  const { link, backend, harness } = prepareStub()
  const settings = await open(link, config('link_1'))
  await harness.closeModal()
  const again = await open(link, config('link_2'))
  document.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }))

  expect(backend.abandon.mock.calls).toEqual([['link_1'], ['link_2']])
  expect(settings.onExit).toHaveBeenCalledTimes(1)
  expect(again.onExit).toHaveBeenCalledTimes(1)
})

it('closeLink calls nobody', async () => {
  const { link, backend } = prepareStub()
  const settings = await open(link, config('link_1'))
  link.closeLink?.()

  expect(overlay()).toBeNull()
  expect(settings.onExit).not.toHaveBeenCalled()
  expect(backend.abandon).not.toHaveBeenCalled()
})

it('does not open a spent link token again', async () => {
  const { link, harness } = prepareStub()
  const settings = await open(link, config('link_1'))
  await harness.completeModal()
  link.openLink(settings)

  expect(overlay()).toBeNull()
})

it('opened too early, it covers the page without showing anything', () => {
  const { link, backend } = prepareStub()
  const settings = config('link_1')
  link.initialize(settings)
  link.openLink(settings)

  expect(overlay()?.style.visibility).toBe('hidden')
  expect(backend.start).not.toHaveBeenCalled()
})

it('reports a link token that is not taken', async () => {
  const { link } = prepareStub({ start: async () => ({ expired: true }) })
  const settings = await open(link, config('link_1'))
  await expect.poll(() => settings.onValidationError).toHaveBeenCalledTimes(1)

  expect(settings.onValidationError.mock.calls[0]?.[0]).toEqual([
    { detail: expect.any(String) as string, problem_type: expect.any(String) as string },
  ])
  expect(overlay()).toBeNull()
})

it('finds integrations by name, and goes back from the sign-in', async () => {
  const { link } = prepareStub()
  await open(link, config('link_1'))
  await expect.poll(() => overlay()?.dataset.step).toBe('choose')
  const root = overlay()!.shadowRoot!
  const search = root.querySelector<HTMLInputElement>('input')!
  search.value = 'WORK'
  search.dispatchEvent(new Event('input'))
  expect([...root.querySelectorAll('.choice')].map((choice) => choice.textContent)).toEqual(['WWorkday'])
  root.querySelector<HTMLButtonElement>('.choice')?.click()
  expect(root.querySelector('h2')?.textContent).toBe('Sign in to Workday')
  root.querySelector<HTMLButtonElement>('form button[type=button]')?.click()

  expect(overlay()?.dataset.step).toBe('choose')
})

it('shows why a sign-in failed, and lets the customer try again', async () => {
  let attempts = 0
  const { link, harness } = prepareStub({
    complete: async () => (++attempts === 1 ? { error: 'Wrong password.' } : { publicToken: 'public_1' }),
  })
  const settings = await open(link, config('link_1'))
  void harness.signInModal().catch(() => {})
  await expect.poll(() => overlay()?.shadowRoot?.querySelector('[role=alert]')?.textContent).toBe('Wrong password.')
  overlay()?.shadowRoot?.querySelector<HTMLButtonElement>('[type=submit]')?.click()
  await expect.poll(() => settings.onSuccess).toHaveBeenCalledWith('public_1', expect.anything())
})

it('says so when its backend is out of reach', async () => {
  const { link, harness } = prepareStub({ start: () => Promise.reject(new TypeError('Failed to fetch')) })
  const settings = await open(link, config('link_1'))
  await expect.poll(() => overlay()?.dataset.step).toBe('unreachable')
  await harness.closeModal()

  expect(settings.onExit).toHaveBeenCalledTimes(1)
})

it('the harness says what it waited for', async () => {
  const element = document.createElement('connect-integration')
  document.body.append(element)
  const harness = new ConnectIntegrationHarness(element, { timeoutMs: 1 })

  await expect(harness.waitForState('open')).rejects.toThrow('Waited 1 ms for state open; it is idle.')
  await expect(harness.waitForEvent('connect-success')).rejects.toThrow('there were: none')
  await expect(harness.completeModal()).rejects.toThrow('the modal is not open')
})

function prepareStub(overrides: Partial<LinkBackend> = {}) {
  const memory = memoryLinkBackend()
  const backend = {
    start: vi.fn(overrides.start ?? memory.start),
    complete: vi.fn(overrides.complete ?? memory.complete),
    abandon: vi.fn(async () => {}),
  }
  const link = installMergeLinkStub({ backend })
  return { link, backend, harness: harnessOf(document.createElement('connect-integration')) }
}

function config(linkToken: string, more: Pick<MergeLinkConfig, 'shouldSendTokenOnSuccessfulLink'> = {}) {
  return { linkToken, onSuccess: vi.fn(), onExit: vi.fn(), onReady: vi.fn(), onValidationError: vi.fn(), ...more }
}

async function open<Config extends ReturnType<typeof config>>(link: ReturnType<typeof installMergeLinkStub>, settings: Config) {
  link.initialize(settings)
  await expect.poll(() => settings.onReady).toHaveBeenCalled()
  link.openLink(settings)
  return settings
}

function overlay() {
  return document.getElementById('merge-link-iframe')
}
