import { expect, it } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { focused, prepareElement, preparePage } from './prepare.ts'

it('a keyboard alone gets through, and the focus comes back to the button', async () => {
  const { harness } = await preparePage()
  await userEvent.keyboard('{Tab}')
  expect(focused()).toBe(harness.button)
  await userEvent.keyboard('{Enter}')
  await expect.poll(() => focused()?.ariaLabel).toBe('Search')
  await userEvent.keyboard('{Tab}{Enter}')
  await expect.element(page.getByRole('dialog')).toHaveAccessibleName('Sign in to BambooHR')
  await userEvent.keyboard('{Enter}')
  await expect.poll(() => focused()?.textContent).toBe('Done')
  await userEvent.keyboard('{Enter}')
  await harness.waitForState('connected')

  expect(focused()).toBe(harness.button)
})

it('the modal keeps the focus inside, and Escape leaves it', async () => {
  const { harness } = await preparePage()
  harness.element.focus()
  expect(focused()).toBe(harness.button)
  await userEvent.keyboard(' ')
  await expect.poll(() => focused()?.ariaLabel).toBe('Search')
  const overlay = document.getElementById('merge-link-iframe')
  for (let step = 0; step < 12; step++) {
    await userEvent.keyboard(step < 6 ? '{Tab}' : '{Shift>}{Tab}{/Shift}')
    expect(document.activeElement).toBe(overlay)
  }
  await userEvent.keyboard('{Escape}')
  await harness.waitForState('idle')

  expect(focused()).toBe(harness.button)
  expect(await harness.waitForEvent('connect-exit')).toEqual({ reason: 'cancelled' })
})

it('stays on the button while it is busy', async () => {
  const { harness, transport } = await preparePage()
  let release = () => {}
  transport.fail = () =>
    new Promise<void>((resolve) => {
      release = resolve
    })
  harness.element.focus()
  await userEvent.keyboard('{Enter}')
  await harness.waitForState('loading')
  await harness.element.updateComplete
  expect(focused()).toBe(harness.button)
  release()
  await harness.closeModal()
})

it('goes back to what opened it, when that was another control', async () => {
  const { element, harness } = await preparePage()
  const opener = document.createElement('button')
  opener.textContent = 'Open'
  opener.addEventListener('click', () => element.open())
  document.body.append(opener)
  opener.focus()
  opener.click()
  await harness.closeModal()
  await harness.waitForState('idle')
  expect(focused()).toBe(opener)

  opener.click()
  await harness.waitForState('open')
  await expect.element(page.getByRole('dialog')).toBeVisible()
  element.remove()
  await expect.poll(() => harness.eventNames.filter((name) => name === 'connect-exit')).toHaveLength(2)
  expect(focused()).toBe(opener)
})

it('is left where the page has put it while the modal was open', async () => {
  const { harness } = await preparePage()
  const input = document.createElement('input')
  document.body.append(input)
  harness.click()
  await harness.signInModal()
  input.focus()
  await harness.closeModal()
  await harness.waitForEvent('connect-exit')

  expect(focused()).toBe(input)
})

it('is left where a listener puts it', async () => {
  const { element, harness } = await preparePage()
  const heading = document.createElement('h1')
  heading.tabIndex = -1
  document.body.append(heading)
  element.addEventListener('connect-exit', () => heading.focus())
  harness.click()
  await harness.completeModal()
  await harness.waitForEvent('connect-success')

  expect(focused()).toBe(heading)
})

it('leaving the page while the modal is open takes it away and lets the page scroll', async () => {
  document.body.style.overflow = 'auto'
  const { element, harness } = await preparePage()
  const other = await prepareElement()
  harness.click()
  await expect.element(page.getByRole('dialog')).toBeVisible()
  expect(document.body.style.overflow).toBe('hidden')
  element.remove()
  expect(await harness.waitForEvent('connect-exit')).toEqual({ reason: 'removed' })

  expect(document.getElementById('merge-link-iframe')).toBeNull()
  expect(document.body.style.overflow).toBe('auto')
  other.harness.click()
  await other.harness.completeModal()
  await other.harness.waitForState('connected')
})
