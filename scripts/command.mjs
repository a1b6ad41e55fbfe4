import { spawn } from 'node:child_process'

const LIMIT_MINUTES = 60

const colours = process.stdout.isTTY && !process.env.NO_COLOR ? { FORCE_COLOR: '1' } : {}

/**
 * Runs a command with nothing to read and collects what it writes. Never
 * rejects: a command that cannot be started, or has not ended after `minutes` (an
 * hour unless set) and is then killed, is not `ok` and says so in `output`.
 *
 * @param {string} name
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string>, minutes?: number }} options
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
export function command(name, args, { cwd, env, minutes = LIMIT_MINUTES } = {}) {
  return new Promise((resolve) => {
    const child = spawn(name, args, {
      cwd,
      env: { ...process.env, ...colours, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32', // where the tools in node_modules/.bin are .cmd files
    })
    let output = ''
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text
    })
    child.stderr.setEncoding('utf8').on('data', (text) => {
      output += text
    })
    child.on('error', (error) => {
      output += `${name} could not be started: ${error.message}`
    })
    const limit = setTimeout(() => {
      output += `\n${name} had not ended after ${minutes} minutes and was stopped.`
      child.kill('SIGKILL')
    }, minutes * 60_000)
    child.on('close', (code) => {
      clearTimeout(limit)
      resolve({ ok: code === 0, output })
    })
  })
}
