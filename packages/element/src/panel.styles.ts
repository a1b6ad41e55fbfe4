import { css } from 'lit'

// What the list and the catalog have in common. The element's own width decides
// the layout, not the window's: it may stand in a sidebar. What a state adds
// never moves what is around it more than its own line.
export const panelStyles = css`
:host {
  display: block;
  container-type: inline-size;
  color: var(--_ink);
  line-height: 1.5;
  text-align: start;
}
:host([hidden]) {
  display: none;
}
* {
  box-sizing: border-box;
}
ul,
p,
h2 {
  margin: 0;
  padding: 0;
}
[part='list'],
[part='skeleton'] {
  display: grid;
  gap: 0.75em;
  list-style: none;
}
[part='row'],
[part='card'],
.ghost,
[part='notice'],
[part='none'],
[part='empty'] {
  padding: 1em 1.125em;
  border: 1px solid var(--_line);
  border-radius: calc(var(--_radius) * 1.5);
  background: var(--_surface);
}
[part='row'],
[part='card'] {
  display: grid;
  grid-template-columns: auto minmax(0, 1fr);
  gap: 0.875em;
  align-items: start;
  content-visibility: auto;
  contain-intrinsic-size: auto 8em;
}
[part='kind'],
[part='synced'],
[part='advice'],
[part='records'] {
  color: var(--_quiet);
}
[part='kind'],
[part='status'],
[part='advice'],
[part='records'],
[part='problem'] {
  font-size: 0.875em;
}
[part='actions'] {
  display: flex;
  flex-wrap: wrap;
  gap: 0.5em;
  grid-column: 1 / -1;
}
[part='actions'] > * {
  flex: 1 1 auto;
}
[part='row']:focus,
[part='empty']:focus {
  outline: none;
}
[part='row']:focus-visible,
[part='empty']:focus-visible {
  outline: 2px solid var(--_accent);
  outline-offset: 2px;
}
[part='logo'] {
  display: grid;
  place-items: center;
  width: 2.5em;
  height: 2.5em;
  overflow: hidden;
  border: 1px solid var(--_line);
  border-radius: calc(var(--_radius) * 1.2);
  background: var(--_line);
  color: var(--_ink);
  font-weight: 600;
  text-transform: uppercase;
}
.image {
  padding: 0.25em;
  background: #fff;
}
img {
  width: 100%;
  height: 100%;
  object-fit: contain;
}
[part='details'] {
  display: grid;
  gap: 0.125em;
  min-width: 0;
  overflow-wrap: anywhere;
}
[part='title'],
[part='status'] {
  display: flex;
  flex-wrap: wrap;
  gap: 0 0.625em;
  align-items: baseline;
}
[part='name'] {
  font-weight: 600;
}
[part='dot'] {
  display: inline-block;
  margin-inline-end: 0.5em;
  border: 0.285em solid var(--_quiet);
  border-radius: 50%;
}
[data-tone='good'] [part='dot'] {
  border-color: var(--_good);
}
[data-tone='busy'] [part='dot'] {
  border-color: var(--_accent);
}
[data-tone='warn'] [part='dot'] {
  border-color: var(--_warn);
}
[data-tone='warn'] [part='status'] > :first-child {
  color: var(--_warn);
  font-weight: 600;
}
button,
connect-integration::part(button) {
  min-height: 2.25em;
  padding: 0.25em 0.875em;
  border: 1px solid var(--_line);
  border-radius: var(--_radius);
  background: none;
  color: inherit;
  font: inherit;
  font-size: 0.875em;
  font-weight: 500;
  outline-offset: 2px;
  cursor: pointer;
}
connect-integration::part(button) {
  width: 100%;
  padding-inline: 2em;
}
button:hover,
connect-integration::part(button):hover {
  border-color: var(--_quiet);
  filter: none;
}
connect-integration.urgent::part(button) {
  border-color: transparent;
  background: var(--_accent);
  color: var(--_on-accent);
  font-weight: 600;
}
[part='notice'] {
  display: flex;
  flex-wrap: wrap;
  gap: 0.5em 1em;
  align-items: center;
  justify-content: space-between;
  margin-block-end: 0.75em;
  border-color: var(--_warn);
  font-size: 0.875em;
}
[part='notice'] button {
  font-size: 1em;
}
[part='none'],
[part='empty'] {
  padding-block: 2em;
  border-style: dashed;
  color: var(--_quiet);
  text-align: center;
}
.ghost {
  display: flex;
  gap: 0.875em;
  align-items: center;
  min-height: 5.75em;
}
.ghost span {
  width: 2.5em;
  height: 2.5em;
  border: 1px solid transparent;
  border-radius: calc(var(--_radius) * 1.2);
  background: var(--_line);
}
.ghost span + span {
  width: 40%;
  height: 1em;
}
@media (pointer: coarse) {
  button,
  connect-integration::part(button) {
    min-height: 44px;
  }
}
@keyframes breathe {
  50% {
    opacity: 0.5;
  }
}
@media not (prefers-reduced-motion) {
  .ghost span {
    animation: breathe 1.6s ease-in-out infinite;
  }
}
`
