import { ConnectError } from '@connect-integration/element'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { focused } from './prepare.ts'
import { everyAccount, prepareList, refreshed } from './prepare-list.ts'

it('every button says what it is about, and what it shows comes first in that', async () => {
  await prepareList(everyAccount())
  expect(page.getByRole('button').elements()).toHaveLength(19)
  expect(page.getByRole('button', { name: 'Relink integration US region', exact: true }).elements()).toHaveLength(1)
  expect(page.getByRole('button', { name: 'Continue Accounting', exact: true }).elements()).toHaveLength(1)

  expect(page.getByRole('button', { name: 'Remove Accounting', exact: true }).elements()).toHaveLength(1)
})

describe('the focus', () => {
  it('starts at what does no harm, stays in the dialog, and goes back to the button', async () => {
    await prepareList(everyAccount())
    const remove = page.getByRole('button', { name: 'Delete integration BambooHR' })
    await remove.click()
    await expect.poll(() => focused()?.textContent).toBe('Keep it')
    await userEvent.keyboard('{Escape}')

    await expect.poll(() => focused()).toBe(remove.element())
  })

  it('goes to the row while it is disconnecting, then to the one that takes its place, then to the words for nothing', async () => {
    const { element, transport, row } = await prepareList(everyAccount().slice(0, 2))
    transport.slow = true
    await removeBy('Delete integration BambooHR')
    await expect.poll(() => focused()).toBe(row('complete'))
    expect(row('complete')?.dataset.tone).toBe('quiet')
    transport.accounts = transport.accounts.filter(({ id }) => id !== 'complete')
    await refreshed(element, () => !row('complete'))
    await expect.poll(() => focused()).toBe(row('relink'))
    transport.slow = false
    await removeBy('Delete integration US region')

    await expect.poll(() => (focused() as HTMLElement | null)?.getAttribute('part')).toBe('empty')
  })

  it('is not lost with the button that tries again', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    const { element, transport, row } = await prepareList(everyAccount())
    transport.fail = () => {
      throw new ConnectError('unauthorized', 'signed out')
    }
    await refreshed(element, () => element.shadowRoot?.querySelector("[part='retry']"))
    transport.fail = undefined
    await page.getByRole('button', { name: 'Try again' }).click()

    await expect.poll(() => focused()).toBe(row('complete'))
  })
})

describe('the layout', () => {
  it.each([320, 480, 1_200])('fits into %i pixels, in both directions of writing', async (width) => {
    const box = document.createElement('div')
    box.style.width = `${width}px`
    document.body.append(box)
    onTestFinished(() => document.documentElement.removeAttribute('dir'))
    const { element } = await prepareList(everyAccount(), {}, box)
    for (const direction of ['ltr', 'rtl']) {
      document.documentElement.dir = direction
      const { left, right } = element.getBoundingClientRect()
      const outside = parts(element).filter((part) => {
        const place = part.getBoundingClientRect()
        return place.width > 0 && (place.left < left - 0.5 || place.right > right + 0.5)
      })
      expect(outside.map((part) => part.outerHTML)).toEqual([])
    }
  })

  it('has targets of at least 24 pixels, a gap apart', async () => {
    await prepareList(everyAccount())
    const sizes = page
      .getByRole('button')
      .elements()
      .map((button) => button.getBoundingClientRect())
    expect(sizes.every(({ width, height }) => width >= 24 && height >= 24)).toBe(true)
  })

  it('does not move when the counts do, from the first record on', async () => {
    const counting = (readiness: string) =>
      everyAccount().map((account) =>
        account.id === 'initial' ? { ...account, sync: { readiness, models: { 'ats.Candidate': {}, 'ats.Job': {} } } } : account,
      )
    const { element, transport } = await prepareList(counting('waiting'))
    const places = () => parts(element).map((part) => part.getBoundingClientRect().top)
    const before = places()
    transport.accounts = everyAccount().map((account) =>
      account.id === 'initial'
        ? { ...account, sync: { readiness: 'initial', models: { 'ats.Candidate': { records: 54_321 }, 'ats.Job': {} } } }
        : account,
    )
    await refreshed(element, () => element.shadowRoot?.querySelector("[part='records']")?.textContent?.includes('54,321'))

    expect(places()).toEqual(before)
  })
})

async function removeBy(name: string): Promise<void> {
  await page.getByRole('button', { name }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Delete integration' }).click()
}

function parts(element: Element): Element[] {
  return [...(element.shadowRoot?.querySelectorAll('[part]') ?? [])].filter((part) => part.getAttribute('part') !== 'dialog')
}
