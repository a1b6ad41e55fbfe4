import { describe, expect, it, vi } from 'vitest'
import { page } from 'vitest/browser'
import { preparePage, theme, violations } from './prepare.ts'

describe.each(['light', 'dark'] as const)('in a %s theme', (scheme) => {
  it('axe finds nothing in any step of the modal', async () => {
    theme(scheme)
    const { harness } = await preparePage()
    harness.click()
    const dialog = page.getByRole('dialog')
    await expect.element(dialog).toHaveAccessibleName('Choose your system')
    expect(await violations(document.body)).toBe('')
    await page.getByRole('searchbox', { name: 'Search' }).fill('nothing like it')
    await expect.element(page.getByText('Nothing found.')).toBeVisible()
    await page.getByRole('searchbox', { name: 'Search' }).fill('work')
    await page.getByRole('button', { name: 'Workday' }).click()
    await expect.element(dialog).toHaveAccessibleName('Sign in to Workday')
    expect(await violations(document.body)).toBe('')
    await dialog.getByRole('button', { name: 'Connect' }).click()
    await expect.element(dialog).toHaveAccessibleName('Workday is connected')
    expect(await violations(document.body)).toBe('')
    await page.getByRole('button', { name: 'Done' }).click()

    await harness.waitForState('connected')
  })
})

it('says what happens to a screen reader, and keeps the name of the button', async () => {
  const { element, harness, transport } = await preparePage()
  const button = page.getByRole('button', { name: 'Connect your HR system', exact: true })
  const gate = hold()
  transport.fail = gate.wait
  harness.click()
  await expect.element(button).toHaveAttribute('aria-disabled', 'true')
  await expect.element(page.getByRole('status')).toHaveTextContent('Opening…')
  transport.fail = undefined
  gate.open()
  await harness.completeModal()
  await harness.waitForState('connected')
  await expect.element(button).toHaveAttribute('aria-disabled', 'false')
  await expect.element(page.getByRole('status')).toHaveTextContent('Connected.')

  vi.spyOn(console, 'warn').mockImplementation(() => {})
  element.transport = undefined
  harness.click()
  await expect.element(page.getByRole('alert')).toHaveTextContent('This cannot be connected. Please contact support.')
})

it('no state moves what is around it, and the target is large enough', async () => {
  const { element, harness } = await preparePage()
  element.after('next')
  const sizes = new Set<string>()
  const measure = () => {
    const { width, height } = element.getBoundingClientRect()
    sizes.add(`${width}×${height}`)
    return height
  }
  expect(measure()).toBeGreaterThanOrEqual(44)
  element.addEventListener('connect-state', () => void element.updateComplete.then(measure))
  harness.click()
  await harness.completeModal()
  await harness.waitForState('connected')
  await element.updateComplete
  measure()

  expect([...sizes]).toHaveLength(1)
})

/** Keeps everybody waiting until it is opened; then the next one waits again. */
function hold() {
  let open = () => {}
  return {
    wait: () =>
      new Promise<void>((resolve) => {
        open = resolve
      }),
    open: () => open(),
  }
}
