import { css } from 'lit'

// The spinner sits in the button's own padding, the words for a busy state lie
// on top of the label, and the message takes the button's width: what a state
// adds never makes the element wider or the button bigger.
export const styles = css`
:host {
  display: inline-block;
}
:host([hidden]) {
  display: none;
}
button {
  position: relative;
  min-height: 44px;
  padding: var(--connect-padding, 0.5em 2.25em);
  border: 1px solid transparent;
  border-radius: var(--connect-radius, 0.5em);
  background: var(--connect-accent, light-dark(#1f56d8, #a3beff));
  color: var(--connect-on-accent, light-dark(#fff, #0c1a3d));
  font: inherit;
  font-weight: 600;
  outline-offset: 2px;
  cursor: pointer;
}
button:hover {
  filter: brightness(0.9);
}
button:disabled {
  opacity: 0.5;
  cursor: default;
}
[part='progress'] {
  position: absolute;
  inset-inline: 0;
}
[aria-disabled='true'] [part='label'] {
  opacity: 0;
}
[part='indicator'] {
  position: absolute;
  inset-inline-start: 0.75em;
  box-sizing: border-box;
  width: 1em;
  height: 1em;
  margin-top: 0.2em;
  line-height: 1;
}
[aria-disabled='true'] [part='indicator'] {
  border: 2px solid;
  border-top: 0;
  border-radius: 50%;
}
[part='status'] {
  position: absolute;
  width: 1px;
  overflow: hidden;
  clip-path: inset(50%);
}
[part='message'] {
  display: block;
  width: 0;
  min-width: 100%;
  color: var(--connect-error, light-dark(#a8161c, #ffb3ae));
}
[part='message']:not(:empty) {
  padding-top: 0.4em;
}
@keyframes turn {
  to {
    rotate: 1turn;
  }
}
@media not (prefers-reduced-motion) {
  [aria-disabled='true'] [part='indicator'] {
    animation: turn 0.8s linear infinite;
  }
}
`
