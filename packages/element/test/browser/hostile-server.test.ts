import { ConnectError } from '@connect-integration/element'
import { expect, it, vi } from 'vitest'
import { page } from 'vitest/browser'
import { hostileAccounts, hostileIntegrations, hostileTexts, injected } from '../hostile-texts.ts'
import { prepareElement } from './prepare.ts'
import { prepareCatalog } from './prepare-catalog.ts'
import { prepareList } from './prepare-list.ts'

// On a page that enforces Trusted Types and forbids inline script and style, from the first test on.
const policy = document.createElement('meta')
policy.httpEquiv = 'Content-Security-Policy'
policy.content = "require-trusted-types-for 'script'; style-src 'self'; object-src 'none'"
document.head.append(policy)
const refused: string[] = []
const note = ({ violatedDirective, blockedURI }: SecurityPolicyViolationEvent) => refused.push(`${violatedDirective} ${blockedURI}`)
document.addEventListener('securitypolicyviolation', note, true)

it('B3 the page does refuse what the next tests are about', async () => {
  const box = document.createElement('div')
  expect(() => {
    box.innerHTML = '<img>'
  }).toThrow()
  box.setAttribute('style', 'color: red')

  expect(box.style.color).toBe('')
  expect(await refusals()).toEqual(['require-trusted-types-for trusted-types-sink', 'style-src-attr inline'])
})

it('B3 in the list every field is text: the rows, the question before a deletion, and what is said of it', async () => {
  const accounts = hostileAccounts()
  const { element, transport } = await prepareList(accounts)
  const names = [...element.shadowRoot!.querySelectorAll("[part='name']")].map(({ textContent }) => textContent)
  expect(names).toEqual(hostileTexts)
  expect(injected()).toEqual([])
  transport.fail = (call) => {
    if (call === 'deleteAccount') throw new ConnectError('unavailable', hostileTexts[0]!)
  }
  await page
    .getByRole('button', { name: /^Delete integration/ })
    .first()
    .click()
  await expect.poll(() => element.shadowRoot?.querySelector('dialog[open]')?.textContent).toContain(hostileTexts[0])
  expect(injected()).toEqual([])
  await page.getByRole('dialog').getByRole('button', { name: 'Delete integration' }).click()
  await expect.element(page.getByRole('alert').filter({ hasText: /\w/ })).toBeVisible()
  transport.accounts = accounts.map((account) => ({ ...account, status: account.id }))
  element.refresh()
  await expect.poll(() => element.accounts[0]?.status).toBe(hostileTexts[0])
  await element.updateComplete

  expect(injected()).toEqual([])
  expect(await refusals()).toEqual([])
})

it('B3 in the catalog every field is text: the cards, the tabs, and what was searched for', async () => {
  const good = { name: 'Good', slug: 'good', logoUrl: null, color: '#0875e1', categories: ['crm'] }
  const { element, harness } = await prepareCatalog([...hostileIntegrations(), good], { accounts: hostileAccounts() })
  expect(harness.names).toEqual([...hostileTexts.map((evil) => evil.trim()), 'Good'])
  expect(harness.tabs).toEqual(['[All]', 'HR', 'CRM'])
  for (const evil of hostileTexts) {
    await harness.search(`${evil} of nobody`)
    expect(element.shadowRoot?.querySelector("[part='none']")?.textContent).toContain(evil.trim().slice(0, 12))
    expect(injected()).toEqual([])
  }
  await harness.search('')
  const styled = [...element.shadowRoot!.querySelectorAll<HTMLElement>('[style]')].map(({ style }) => style.cssText)

  expect(styled.filter(Boolean)).toEqual(['--_brand: rgb(8 117 225); --_on-brand: #000;'])
  expect(await refusals()).toEqual([])
})

it('B3 on the button every field is text: its label, its texts, and why it failed', async () => {
  vi.spyOn(console, 'warn').mockImplementation(() => {})
  for (const evil of hostileTexts) {
    const { element, harness, transport } = await prepareElement({ label: evil, accountId: evil, displayName: evil, integration: evil })
    element.replaceChildren()
    transport.fail = () => {
      throw Object.assign(new Error(evil), { code: evil })
    }
    harness.click()
    expect(await harness.waitForEvent('connect-error')).toMatchObject({ code: 'network' })
    transport.fail = () => {
      throw new ConnectError('unavailable', evil)
    }
    element.messages = { error_unavailable: evil }
    harness.click()
    await expect.poll(() => harness.message).toBe(evil)

    expect(harness.button.textContent).toContain(evil)
    expect(injected()).toEqual([])
    element.remove()
  }
  expect(await refusals()).toEqual([])
})

/** Everything that was refused since the last call. They come in order, but late: what is refused on purpose here comes last. */
async function refusals(): Promise<string[]> {
  const last = document.body.appendChild(document.createElement('div'))
  const arrived = new Promise((resolve) => last.addEventListener('securitypolicyviolation', resolve))
  last.setAttribute('style', 'color: red')
  await arrived
  return refused.splice(0).slice(0, -1)
}
