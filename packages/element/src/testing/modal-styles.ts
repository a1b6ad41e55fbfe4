/** As an adopted sheet, which every CSP allows; as a `<style>` where a DOM double has no such thing. */
export function addStyles(root: ShadowRoot): void {
  const document = root.ownerDocument
  if (!root.adoptedStyleSheets) {
    root.append(Object.assign(document.createElement('style'), { textContent: STYLES }))
    return
  }
  // A sheet can be adopted only by the document that it was made in.
  const sheet = new (document.defaultView as Window & typeof globalThis).CSSStyleSheet()
  sheet.replaceSync(STYLES)
  root.adoptedStyleSheets = [sheet]
}

const STYLES = `
:host {
  position: fixed;
  inset: 0;
  z-index: 9999999999;
  display: grid;
  place-items: center;
  padding: 1rem;
  background: rgb(10 15 30 / 0.55);
  font: 16px/1.5 system-ui, sans-serif;
  text-align: start;
}
* {
  box-sizing: border-box;
}
[role='dialog'] {
  --ink: light-dark(#16203a, #eef1f8);
  --soft: light-dark(#55607a, #a9b4cc);
  --line: light-dark(#8690a6, #66718a);
  --face: light-dark(#fff, #182033);
  --accent: light-dark(#1f56d8, #a3beff);
  position: relative;
  display: flex;
  flex-direction: column;
  gap: 0.75rem;
  width: min(26rem, 100%);
  max-height: min(38rem, 100%);
  padding: 1.75rem 1.75rem 0.75rem;
  overflow: auto;
  border: 1px solid transparent;
  border-radius: 1rem;
  background: var(--face);
  color: var(--ink);
  box-shadow: 0 1.5rem 4rem rgb(0 0 0 / 0.35);
}
[role='dialog']:focus {
  outline: none;
}
h2 {
  margin: 0;
  padding-inline-end: 2rem;
  font-size: 1.25rem;
  line-height: 1.3;
}
p {
  margin: 0;
  color: var(--soft);
}
p:empty {
  display: none;
}
.problem {
  color: light-dark(#a8161c, #ffb3ae);
}
ul {
  display: grid;
  gap: 0.5rem;
  margin: 0;
  padding: 0;
  list-style: none;
}
form,
label {
  display: flex;
  flex-direction: column;
  gap: 0.75rem;
}
label {
  gap: 0.25rem;
  font-weight: 600;
}
input,
button {
  min-height: 2.75rem;
  padding: 0.5rem 0.875rem;
  border: 1px solid var(--line);
  border-radius: 0.625rem;
  background: var(--face);
  color: var(--ink);
  font: inherit;
}
input {
  width: 100%;
  font-weight: 400;
}
::placeholder {
  color: var(--soft);
  opacity: 1;
}
button {
  cursor: pointer;
}
button:hover {
  border-color: var(--ink);
}
button:disabled {
  opacity: 0.6;
  cursor: progress;
}
:is(input, button):focus-visible {
  outline: 3px solid var(--accent);
  outline-offset: 2px;
}
.primary {
  border-color: transparent;
  background: var(--accent);
  color: light-dark(#fff, #0c1a3d);
  font-weight: 600;
}
.choice {
  display: flex;
  align-items: center;
  gap: 0.75rem;
  width: 100%;
  font-weight: 600;
}
.tile {
  display: inline-grid;
  flex: none;
  place-items: center;
  width: 2rem;
  height: 2rem;
  border-radius: 0.5rem;
  background: #55607a;
  color: #fff;
  font-weight: 700;
  text-shadow: 0 0 2px #000;
}
.close {
  position: absolute;
  inset-block-start: 1rem;
  inset-inline-end: 1rem;
  min-height: 2.25rem;
  width: 2.25rem;
  padding: 0;
  border-color: transparent;
  font-size: 1.25rem;
  line-height: 1;
}
footer {
  padding-block-start: 0.25rem;
  color: var(--soft);
  font-size: 0.75rem;
  text-align: center;
}
`
