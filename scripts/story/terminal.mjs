const interactive = process.stdout.isTTY && !process.env.CI
const colour = process.stdout.isTTY && !process.env.NO_COLOR
const paint = (code, text) => (colour ? `\x1b[${code}m${text}\x1b[0m` : text)
const WIDTH = 28

/** The telling: titles, lines, checks and bars. Where it is no terminal a bar is one line, at its end. */
export function createTerminal() {
  const counts = { passed: 0, failed: 0 }
  return {
    title: (number, text) => console.log(`\n${paint(1, `${number}. ${text}`)}`),
    say: (text) => console.log(`   ${text}`),
    check(text, holds) {
      counts[holds ? 'passed' : 'failed']++
      console.log(`   ${holds ? paint(32, '✓') : paint(31, '✗')} ${text}`)
    },
    progress(label, done, total) {
      if (interactive) process.stdout.write(`\r   ${bar(label, done, total)}`)
    },
    progressDone(label, done, total) {
      if (interactive) process.stdout.write('\r\x1b[K')
      console.log(`   ${bar(label, done, total)}`)
    },
    verdict: () => counts,
  }
}

function bar(label, done, total) {
  const share = total === 0 ? 0 : Math.min(1, done / total)
  const filled = Math.round(share * WIDTH)
  return `${label.padEnd(12)} ${paint(34, '█'.repeat(filled))}${paint(90, '░'.repeat(WIDTH - filled))} ${done.toLocaleString('en')} of ${total.toLocaleString('en')}`
}
