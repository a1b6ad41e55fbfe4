import { css } from 'lit'

// What the elements have in common. A page sets the names that start with
// `--connect-`; its `color-scheme` chooses between light and dark.
export const tokens = css`
:host {
  --_accent: var(--connect-accent, light-dark(#1f56d8, #a3beff));
  --_on-accent: var(--connect-on-accent, light-dark(#fff, #0c1a3d));
  --_danger: var(--connect-error, light-dark(#a8161c, #ffb3ae));
  --_good: var(--connect-good, light-dark(#12694a, #6fdcae));
  --_warn: var(--connect-warning, light-dark(#8a4b00, #ffc46b));
  --_ink: var(--connect-ink, light-dark(#171d2b, #eceff6));
  --_quiet: var(--connect-quiet, light-dark(#566073, #a8b1c4));
  --_line: var(--connect-line, light-dark(#dfe3eb, #353d4f));
  --_surface: var(--connect-surface, light-dark(#fff, #171c28));
  --_radius: var(--connect-radius, 0.5em);
}
.unseen {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}
`
