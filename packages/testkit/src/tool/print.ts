import { type CheckResult, type Report, score } from './report.ts'

const SUITES: readonly [CheckResult['suite'], string, string][] = [
  ['in-process', 'in one process', ''],
  ['processes', 'across processes', 'not asked for: --processes 4'],
  ['kill', 'through kill -9', 'not asked for: --kill'],
]

/** A failing check for people: what is promised, what was seen, and what users would lose. */
export function failureText({ id, seen = '', protects = '' }: CheckResult): string {
  return `✗ ${id}\n    seen      ${indented(seen)}\n    at stake  ${protects}\n`
}

/** The last lines: how much holds, by kind, and what was skipped with its reason. */
export function summaryText(report: Report): string {
  const lines = SUITES.map(([suite, name, otherwise]) => {
    const checks = report.checks.filter((check) => check.suite === suite)
    const count = (result: CheckResult['result']) => checks.filter((check) => check.result === result).length
    const found = checks.length === 0 ? otherwise || 'none' : score({ passed: count('passed'), failed: count('failed') })
    return `  ${name.padEnd(18)}${found}`
  })
  const skipped = report.checks.filter(({ result }) => result === 'skipped').map(({ id, reason }) => `  skipped: ${id} (${reason})`)
  const chosen = report.only === null ? '' : `, of those with "${report.only}" in their name`
  const repeated = report.repeat > 1 ? `, each ${report.repeat} times` : ''
  const verdict = `storage contract ${report.contract} · ${score(report)}${chosen}${repeated} · profile ${report.profile}`
  return [...lines, ...skipped, '', verdict].join('\n')
}

function indented(text: string): string {
  return text.trim().replaceAll('\n', '\n              ')
}
