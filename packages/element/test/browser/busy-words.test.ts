import { expect, test } from 'vitest'
import { loadLocale } from '../../src/load-locale.ts'
import { english } from '../../src/messages.ts'
import { prepareElement } from './prepare.ts'

const LANGUAGES = ['en', 'de', 'fr', 'es', 'pt', 'ja', 'ar']

test.each(LANGUAGES)('%s: what a button says while it is busy stays clear of its spinner, on its own labels', async (language) => {
  const texts = { ...english, ...(await loadLocale(language)) }
  for (const label of [texts.connect, texts.reconnect]) {
    for (const words of [texts.loading, texts.open, texts.finishing]) {
      const transport = { createLinkToken: () => new Promise<never>(() => {}), exchange: () => new Promise<never>(() => {}) }
      const { element } = await prepareElement({ transport, messages: { loading: words }, dir: language === 'ar' ? 'rtl' : 'ltr' })
      element.textContent = ''
      element.label = label
      element.open()
      await element.updateComplete
      const [progress, indicator] = ['progress', 'indicator'].map((part) => element.shadowRoot!.querySelector(`[part='${part}']`)!)
      const said = document.createRange()
      said.selectNodeContents(progress!)
      said.setStartAfter(indicator!)
      expect(said.toString()).toBe(words)
      const [line, spinner] = [said.getBoundingClientRect(), indicator!.getBoundingClientRect()]
      const gap = language === 'ar' ? spinner.left - line.right : line.left - spinner.right
      expect(gap, `"${words}" on "${label}"`).toBeGreaterThanOrEqual(0)
      element.remove()
    }
  }
})
