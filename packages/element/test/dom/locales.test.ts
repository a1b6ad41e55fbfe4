import { ConnectError } from '@connect-integration/element'
import { describe, expect, it, vi } from 'vitest'
import { english } from '../../src/catalog-messages.ts'
import { loadLocale } from '../../src/load-locale.ts'
import { prepareElement, settle } from './prepare.ts'
import { drawnCatalog, integration, prepareCatalog } from './prepare-catalog.ts'
import { account, drawn, prepareList } from './prepare-list.ts'

const LANGUAGES = ['ar', 'de', 'es', 'fr', 'ja', 'pt']
const locales = new Map<string, Record<string, string>>([['en', { ...english }]])
for (const language of LANGUAGES) locales.set(language, (await loadLocale(language)) as Record<string, string>)

describe.each([...locales])('the texts in %s', (language, texts) => {
  it('are all there, and say what they are', () => {
    const wanted = Object.keys(english).filter((key) => !/_one$/.test(key) || key === 'connect_one')
    expect(wanted.filter((key) => !texts[key])).toEqual([])
    expect(texts.language).toBe(language)
  })

  it('have one text for every number that the language tells apart', () => {
    const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories
    // In Spanish, French and Portuguese `many` is for millions, and reads as `other` does.
    const wanted = categories.filter((category) => category !== 'many' || language === 'ar')
    for (const key of ['records', 'found']) expect(wanted.filter((category) => !texts[`${key}_${category}`])).toEqual([])
  })

  it('name what is counted, one and many, and the same things in every language', () => {
    if (language === 'en') return expect(texts.counted).toBe('{count} {what}')
    const things = (of: Record<string, string> | undefined) => Object.keys(of ?? {}).filter((key) => key.startsWith('model_'))
    expect(things(texts).length).toBeGreaterThan(30)
    expect(things(texts).toSorted()).toEqual(things(locales.get('fr')).toSorted())
    expect(things(texts).filter((key) => !/^[^|{}]+(\|[^|{}]+)?$/.test(texts[key] ?? ''))).toEqual([])
  })

  it('fill in the same values as the English ones', () => {
    const values = (text: string | undefined) => text?.match(/\{\w+\}/g)?.sort() ?? []
    const differ = Object.keys(english).filter(
      // "One record" may do without its number.
      (key) => texts[key] && !/_one$/.test(key) && String(values(texts[key])) !== String(values(english[key as keyof typeof english])),
    )
    expect(differ).toEqual([])
  })

  it('never show a product, a token, a code or anything else that is not for customers', () => {
    const technical = /\bmerge\b|token|webhook|api\b|http|null|undefined|error|_|code\b|oauth|id\b/i
    expect(Object.values(texts).filter((text) => technical.test(text.replace(/\{\w+\}/g, '')))).toEqual([])
  })

  it('are in that language', () => {
    if (language === 'en') return expect(Object.keys(texts).length).toBeGreaterThan(60)
    const same = Object.keys(english).filter((key) => texts[key] === english[key as keyof typeof english])
    expect(same.filter((key) => !/^(category|list|nameless|counted)/.test(key))).toEqual([])
  })
})

describe.each([...locales.keys()])('what is on the page in %s', (language) => {
  it('is for customers, whatever becomes of an account', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    document.documentElement.lang = language
    const sync = { readiness: 'initial', models: { 'hris.Employee': { records: 5, ready: false } }, lastSyncedAt: '2026-01-01T00:00:00Z' }
    const every = ['pending', 'active', 'held', 'relink_needed', 'deleting', 'error'].flatMap((status) =>
      ['waiting', 'initial', 'partial', 'complete', 'degraded', 'stale'].map((readiness) =>
        account(`${status} ${readiness}`, { status, integration: null, sync: { ...sync, readiness } }),
      ),
    )
    const { element, transport, part, dialog } = await prepareList(every)
    await expect.poll(() => part('status')?.textContent).toContain(locales.get(language)?.status_pending)
    part('delete')?.click()
    await drawn(element)
    expect(dialog().textContent).toContain(locales.get(language)?.delete_question)
    transport.fail = () => {
      throw new ConnectError('unavailable', 'https://api.merge.test?token=secret')
    }
    part('confirm')?.click()
    await expect.poll(() => part('notice')?.textContent).toContain(locales.get(language)?.retry)
    const roots = [element, ...(element.shadowRoot?.querySelectorAll('connect-integration') ?? [])].map((host) => host.shadowRoot)
    const words = roots.map((root) => root?.textContent).join('\n')
    document.documentElement.lang = ''

    expect(words).toContain(locales.get(language)?.error_unavailable)
    expect(words).not.toMatch(/\bmerge\b|token|http|hris\.|undefined|null|\{|unavailable|status_|advice_/i)
  })
})

describe.each([...locales.keys()])('the catalog in %s', (language) => {
  it('is for customers, whatever becomes of it', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    document.documentElement.lang = language
    const texts = locales.get(language) ?? {}
    const statuses = ['pending', 'active', 'held', 'relink_needed', 'deleting', 'error', 'of_tomorrow']
    const named = (slug: string) => ({ name: slug.toUpperCase(), slug, logoUrl: null, color: null })
    const { element, transport, harness, part } = await prepareCatalog(
      [...statuses, 'new'].map((slug) =>
        integration(slug.toUpperCase().replace('_', ' '), { slug, categories: ['hris', 'ats', 'nobody_knows'] }),
      ),
      { accounts: statuses.map((status) => account(status, { status, integration: named(status) })) },
    )
    const words = () =>
      [element, ...(element.shadowRoot?.querySelectorAll('connect-integration') ?? [])]
        .map((host) => `${host.shadowRoot?.textContent} ${host.shadowRoot?.querySelector('input')?.placeholder ?? ''}`)
        .join('\n')
    await expect.poll(words).toContain(texts.connect_more)
    await expect.poll(words).toContain(texts.search)
    let seen = words()
    await harness.search('zzz')
    seen += words()
    transport.fail = () => {
      throw new ConnectError('unavailable', 'https://api.merge.test?token=secret')
    }
    element.refresh()
    await drawnCatalog(element)
    seen += words()
    element.category = 'hris'
    await drawnCatalog(element)
    expect(part('fallback')).not.toBeNull()
    seen += words()
    transport.fail = undefined
    transport.integrations = []
    element.refresh()
    await drawnCatalog(element)
    seen += words()
    document.documentElement.lang = ''

    for (const key of [
      'relink',
      'connect_one',
      'all',
      'show_all',
      'outdated',
      'error_unavailable',
      'connect',
      'catalog_empty',
      'status_held',
    ])
      expect(seen).toContain(texts[key])
    expect(seen).not.toMatch(/\bmerge\b|token|http|hris\b|\bats\b|undefined|null|\{|unavailable|_|advice/i)
  })
})

describe('the language of an element', () => {
  it('is that of the page around it, region or not, and follows it', async () => {
    document.documentElement.lang = 'de-AT'
    const { element, part } = await prepareList([])
    await expect.poll(() => part('empty')?.textContent).toBe('Noch ist nichts verbunden.')
    document.documentElement.lang = 'fr'
    await expect.poll(() => part('empty')?.textContent).toBe('Rien n’est connecté pour le moment.')
    element.lang = 'pt-BR'
    await expect.poll(() => part('empty')?.textContent).toBe('Nada está conectado ainda.')
    element.removeAttribute('lang')
    document.documentElement.lang = 'en'

    await expect.poll(() => part('empty')?.textContent).toBe('Nothing is connected yet.')
  })

  it('is English where there is none, or one that is not there', async () => {
    for (const language of ['tlh', 'constructor', '__proto__', '']) await expect(loadLocale(language)).resolves.toBeUndefined()
    for (const language of ['', 'tlh', 'constructor', '!']) {
      document.documentElement.lang = language
      const { part, element } = await prepareList([account('a')])
      await expect.poll(() => part('status')?.textContent).toContain('Connected')
      element.remove()
    }
    document.documentElement.lang = ''
  })

  it('reaches the button in a row, its error texts, and its plain button beside it', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => {})
    document.documentElement.lang = 'de'
    const { row, part } = await prepareList([account('a', { status: 'relink_needed' })])
    await expect.poll(() => part('connect', row('a'))?.textContent).toBe('Integration neu verbinden Name of a')
    const { element, harness, transport } = await prepareElement()
    transport.fail = () => {
      throw new Error('down')
    }
    await expect.poll(() => harness.button.textContent).toContain('Integration verbinden')
    harness.click()
    const error = await harness.waitForEvent('connect-error')
    document.documentElement.lang = ''
    element.remove()

    expect(error.message).toBe('Der Server ist nicht erreichbar. Prüfen Sie Ihre Verbindung und versuchen Sie es erneut.')
  })

  it('an element that has left the page follows nothing any more', async () => {
    const { element } = await prepareList([])
    const update = vi.spyOn(element, 'requestUpdate')
    element.remove()
    update.mockClear()
    document.documentElement.lang = 'de'
    await settle()
    document.documentElement.lang = ''
    await settle()

    expect(update).not.toHaveBeenCalled()
  })

  it('gives way to the words of the page, one by one', async () => {
    const { element, part } = await prepareList([])
    element.messages = { empty: 'Nothing here, Captain.' }
    await drawn(element)
    expect(part('empty')?.textContent).toBe('Nothing here, Captain.')
    element.messages = undefined
    await drawn(element)

    expect(part('empty')?.textContent).toBe('Nothing is connected yet.')
  })
})

describe('numbers and times', () => {
  it.each([
    ['de', 12_345, 'Bisher 12.345 Datensätze'],
    ['fr', 1, '1 enregistrement jusqu’à présent'],
    ['ar', 3, '3 سجلات حتى الآن'],
    ['ar', 2, 'سجلان حتى الآن'],
    ['ar', 11, '11 سجلًا حتى الآن'],
    ['ja', 5, 'これまでに5件'],
  ])('in %s: %i', async (language, records, words) => {
    document.documentElement.lang = language
    const { part, row } = await prepareList([account('a', { sync: { readiness: 'initial', records } })])
    const shown = () => part('records', row('a'))?.textContent?.replace(/[\u2068\u2069]/g, '')
    await expect.poll(shown).toBe(words)
    document.documentElement.lang = ''
  })

  it.each([
    ['en', '1,240 employees · 1 team so far'],
    ['de', 'Bisher 1.240 Personen · 1 Team'],
    ['fr', '1 240 employés · 1 équipe jusqu’à présent'],
    ['es', '1240 empleados · 1 equipo hasta ahora'],
    ['pt', '1.240 funcionários · 1 equipe até agora'],
    ['ja', 'これまでに従業員1,240件 · チーム1件'],
    ['ar', 'الموظفون: 1,240 · الفرق: 1 حتى الآن'],
  ])('in %s, by what was counted', async (language, words) => {
    document.documentElement.lang = language
    const models = { 'hris.Employee': { records: 1240 }, 'hris.Team': { records: 1 }, 'hris.SomethingInfo': { records: 7 } }
    const { part, row } = await prepareList([account('a', { sync: { readiness: 'initial', models } })])
    const shown = () =>
      part('records', row('a'))
        ?.textContent?.replace(/[\u2068\u2069]/g, '')
        .replace(/\s/g, ' ')
    await expect.poll(shown).toBe(words)
    document.documentElement.lang = ''
  })
})
