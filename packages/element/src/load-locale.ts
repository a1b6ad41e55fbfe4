/** The texts of all elements in a language such as `de-AT`; `undefined` when there are none, and then English stands in. */
export async function loadLocale(language: string): Promise<object | undefined> {
  const name = language.toLowerCase().split('-')[0] as keyof typeof LOCALES
  return Object.hasOwn(LOCALES, name) ? (await LOCALES[name]()).default : undefined
}

// Written out, so that every bundler finds them.
const LOCALES = {
  ar: () => import('./locales/ar.ts'),
  de: () => import('./locales/de.ts'),
  es: () => import('./locales/es.ts'),
  fr: () => import('./locales/fr.ts'),
  ja: () => import('./locales/ja.ts'),
  pt: () => import('./locales/pt.ts'),
}
