// The three engines that browsers are made of, each behind the same small driver, for tests that have to hold in all of them.
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { chromium, firefox, webkit } from 'playwright'
import { launchOptions } from '../browser.mjs'
import { openPlaywright } from './playwright.mjs'
import { openWebDriver } from './webdriver.mjs'

/**
 * What a page is used with. Everything that looks for a target waits until it
 * is there, and fails with what it has looked for when it does not come at all (scripts/time-limits.mjs).
 *
 * @typedef {object} Driver
 * @property {string[]} consoleLines what the page has written, and its uncaught errors; always empty in WebKit, whose driver does not tell
 * @property {(url: string) => Promise<void>} goto
 * @property {(target: Target) => Promise<void>} click as a user does: what is covered or still moves is waited for
 * @property {(target: Target, text: string) => Promise<void>} fill in place of what is in the field
 * @property {(key: 'Escape' | 'Enter' | 'Tab') => Promise<void>} press
 * @property {(target: Target, options?: { gone?: boolean }) => Promise<void>} waitFor until it can be seen, or no longer can
 * @property {<Argument, Answer>(work: (argument: Argument) => Answer | Promise<Answer>, argument?: Argument) => Promise<Answer>} evaluate
 *   runs a function that stands for itself in the page
 * @property {(source: string) => Promise<void>} inject runs a whole script in the page, past its content security policy
 * @property {() => Promise<Buffer>} screenshot a PNG
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Target as a user would describe it; looked for through open shadow roots
 * @property {string} [role] with `name`, a part of its accessible name, or the whole of it when `exact`
 * @property {string} [name]
 * @property {boolean} [exact]
 * @property {string} [element] in place of a role: the name of its tag
 * @property {string} [text] in place of a role: the innermost element that has this text in it
 * @property {string} [containing] only where this text is in it
 * @property {Target} [within] inside of another
 *
 * @typedef {{ name: string, missing(): string | undefined, open(): Promise<Driver> }} Engine
 */

/** @type {Engine[]} */
export const engines = [
  {
    name: 'Chromium',
    missing: () => undefined,
    open: async () => openPlaywright(chromium, await launchOptions()),
  },
  {
    name: 'Firefox',
    missing: () => (ownBuild(firefox) || installedFirefox() ? undefined : FIREFOX_ADVICE),
    open: () => openPlaywright(firefox, ownBuild(firefox) ?? { channel: 'moz-firefox', executablePath: installedFirefox() }),
  },
  {
    name: 'WebKit',
    missing: () => (ownBuild(webkit) || WEBKIT_PROGRAMS.every(onPath) ? undefined : WEBKIT_ADVICE),
    open: () => {
      const own = ownBuild(webkit)
      return own ? openPlaywright(webkit, own) : openWebDriver()
    },
  },
]

/**
 * Why the tests of this engine are to be skipped here; nothing when they can
 * run. With CONNECT_REQUIRE_BROWSERS=1 a missing engine is an error instead.
 *
 * @param {Engine} engine
 */
export function reasonToSkip(engine) {
  const reason = engine.missing()
  if (reason && process.env.CONNECT_REQUIRE_BROWSERS === '1')
    throw new Error(`With CONNECT_REQUIRE_BROWSERS=1 no engine may be missing. This ${reason}`)
  return reason
}

const WEBKIT_PROGRAMS = ['WebKitWebDriver', 'Xvfb']
const FIREFOX_ADVICE =
  'needs Firefox: apt-get install firefox-esr, npx playwright install firefox, or FIREFOX_PATH with the executable of a Firefox'
const WEBKIT_ADVICE = 'needs WebKit: apt-get install webkit2gtk-driver xvfb, or npx playwright install webkit'

/** A Firefox as its makers ship it. A `firefox` on the path is not tried: it may be newer than Playwright can drive. */
function installedFirefox() {
  return process.env.FIREFOX_PATH ?? onPath('firefox-esr')
}

/** Playwright's own build, where it was downloaded. */
function ownBuild(engine) {
  const executablePath = engine.executablePath()
  return existsSync(executablePath) ? { executablePath } : undefined
}

function onPath(name) {
  return (process.env.PATH ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path))
}
