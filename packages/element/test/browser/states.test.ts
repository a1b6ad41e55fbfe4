import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { cdp, page } from 'vitest/browser'
import '@connect-integration/element/define'
import { installMergeLinkStub, memoryLinkBackend } from '@connect-integration/element/testing'
import { type Specimen, specimens } from '../../../../scripts/gallery/specimens.ts'
import { theme, violations } from './prepare.ts'

// The states are those of the gallery, so that whatever is added there is looked at here.
const states = specimens
  .filter(({ state }) => state !== 'five hundred')
  .map((specimen) => [specimen.element, specimen.state, specimen] as const)
/** One failure stands for the others, which differ in their words only. */
const looks = states.filter(([, state]) => !/^failed: (?!network)/.test(state))

beforeEach(() => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  installMergeLinkStub({ backend: memoryLinkBackend() })
})
afterEach(() => {
  sessionStorage.clear()
})

describe('in a light theme', () => {
  it.each(states)('<%s> %s: axe finds nothing, and screen readers are told what is kept beside this test', async (_, __, specimen) => {
    theme('light')
    await show(specimen)

    await expect.element(page.elementLocator(document.body)).toMatchAriaSnapshot()
    expect(await violations(document.body)).toBe('')
  })
})

describe('in a dark theme', () => {
  it.each(looks)('<%s> %s: axe finds nothing', async (_, __, specimen) => {
    theme('dark')
    await show(specimen)

    expect(await violations(document.body)).toBe('')
  })
})

describe('in forced colors', () => {
  beforeEach(() => emulate('active'))
  afterEach(() => emulate('none'))

  it.each(looks)('<%s> %s: axe finds nothing, and every button and bar has an edge', async (_, __, specimen) => {
    theme('dark')
    await show(specimen)
    expect(matchMedia('(forced-colors: active)').matches).toBe(true)

    expect(await violations(document.body, true)).toBe('')
    const shapes = [...page.getByRole('button').elements(), ...page.getByRole('progressbar').elements()]
    expect(shapes.filter((shape) => !hasEdge(shape))).toEqual([])
  })
})

async function show(specimen: Specimen): Promise<void> {
  const element = specimen.make()
  document.body.append(element)
  await (element as HTMLElement & { updateComplete: Promise<unknown> }).updateComplete
  await specimen.drive?.(element)
  if (specimen.state === 'nothing found') await expect.element(page.getByRole('status').filter({ hasText: 'Nothing' })).toBeInTheDocument()
  await settled(element)
}

/** Nothing new has been drawn for some frames. */
async function settled(element: HTMLElement): Promise<void> {
  const drawn = () => element.shadowRoot?.innerHTML ?? ''
  for (let before = ''; before !== drawn(); ) {
    before = drawn()
    for (let frame = 0; frame < 3; frame++) await new Promise(requestAnimationFrame)
  }
}

function hasEdge(shape: Element): boolean {
  const { borderTopWidth, borderTopStyle } = getComputedStyle(shape)
  return Number.parseFloat(borderTopWidth) >= 1 && borderTopStyle !== 'none'
}

function emulate(value: 'active' | 'none'): Promise<unknown> {
  const session = cdp() as unknown as { send(method: string, parameters: object): Promise<unknown> }
  return session.send('Emulation.setEmulatedMedia', { features: [{ name: 'forced-colors', value }] })
}
