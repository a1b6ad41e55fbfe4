import { css } from 'lit'

// The rows; the rest is in the panel's sheet.
export const styles = css`
[part='problem'] {
  color: var(--_danger);
}
progress {
  appearance: none;
  width: 100%;
  height: 0.375em;
  margin-block: 0.375em 0.125em;
  overflow: hidden;
  border: 0;
  border-radius: 1em;
  background: var(--_line);
}
progress::-webkit-progress-bar {
  background: none;
}
progress::-webkit-progress-value {
  background: var(--_accent);
}
progress::-moz-progress-bar {
  background: var(--_accent);
}
progress:not([value]) {
  background: linear-gradient(90deg, transparent, var(--_accent), transparent) 50% / 40% 100% no-repeat var(--_line);
}
progress:not([value])::-moz-progress-bar {
  background: none;
}
[part='records'] {
  min-height: 1.5em;
  font-variant-numeric: tabular-nums;
}
[part='actions']:empty {
  display: none;
}
[part='delete'] {
  border-color: transparent;
  color: var(--_quiet);
}
[part='delete']:hover {
  border-color: currentColor;
  color: var(--_danger);
}
@container (min-width: 34em) {
  [part='row'] {
    grid-template-columns: auto minmax(0, 1fr) auto;
    contain-intrinsic-size: auto 5.75em;
  }
  [part='actions'] {
    grid-column: auto;
  }
  [part='actions'] > * {
    flex: none;
  }
}
@media (forced-colors: active) {
  progress {
    --_line: Canvas;
    --_accent: Highlight;
    border: 1px solid CanvasText;
    forced-color-adjust: none;
  }
}
@keyframes pass {
  from {
    background-position: -80% 0;
  }
  to {
    background-position: 180% 0;
  }
}
@media not (prefers-reduced-motion) {
  progress:not([value]) {
    animation: pass 2s ease-in-out infinite;
  }
}
`
