// Fetching from npm into .tools, for run.mjs and browser.mjs. Like run.mjs it
// has to parse on any Node that npm runs on: no dependencies, plain syntax.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/**
 * Makes `folder`, once: `fill(partial)` fills a folder of this process beside
 * it, which then takes the name. A folder that exists is therefore whole, an
 * interrupted run leaves nothing that the next one would believe, and of two
 * processes at once the second uses what the first has made.
 *
 * On a hit nothing is run. When `fill` throws, nothing is left behind and the
 * error passes through.
 */
export function fetchOnce(folder, fill) {
  if (existsSync(folder)) return
  mkdirSync(dirname(folder), { recursive: true })
  removeLeftovers(folder)
  const partial = `${folder}.partial-${process.pid}`
  try {
    mkdirSync(partial)
    fill(partial)
    renameSync(partial, folder)
  } catch (error) {
    rmSync(partial, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
}

/** Installs one package, with what it depends on, below `prefix`; runs none of its scripts. Throws when npm fails. */
export function npmInstall(prefix, spec) {
  const flags = ['--ignore-scripts', '--no-package-lock', '--no-save', '--no-audit', '--no-fund', '--loglevel=error']
  // npm by itself waits for minutes before it says that the registry is out of reach.
  flags.push('--fetch-retries=2', '--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=4000')
  const args = ['install', '--prefix', prefix].concat(flags, spec)
  const npm = process.env.npm_execpath
  const windows = process.platform === 'win32'
  const ran =
    npm && /npm-cli\.js$/.test(npm)
      ? spawnSync(process.execPath, [npm].concat(args), { stdio: ['ignore', 'ignore', 2] })
      : spawnSync(windows ? 'npm.cmd' : 'npm', args, { stdio: ['ignore', 'ignore', 2], shell: windows })
  if (ran.status !== 0) {
    throw new Error(`npm could not install ${spec}. Check that the npm registry can be reached (npm ping), then run the command again.`)
  }
}

/** Whether the command starts and ends well within `timeout` milliseconds. */
export function runs(command, args, env = process.env, timeout = 120000) {
  return spawnSync(command, args, { stdio: 'ignore', env, timeout }).status === 0
}

/** Unfinished folders of processes that are gone. */
function removeLeftovers(folder) {
  const prefix = `${basename(folder)}.partial-`
  for (const name of readdirSync(dirname(folder))) {
    if (name.startsWith(prefix) && !alive(Number(name.slice(prefix.length)))) {
      rmSync(join(dirname(folder), name), { recursive: true, force: true })
    }
  }
}

function alive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}
