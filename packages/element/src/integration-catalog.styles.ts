import { css } from 'lit'

// The cards; the rest is in the panel's sheet.
export const styles = css`
[part='list'],
[part='skeleton'] {
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 15em), 1fr));
}
[part='card'] {
  grid-template-rows: 1fr auto;
  border-block-start: 3px solid color-mix(in srgb, var(--_brand, var(--_line)) 80%, var(--_ink));
}
[part='card'][hidden] {
  display: none;
}
[part='logo']:not(.image) {
  background: var(--_brand, var(--_line));
  color: var(--_on-brand, var(--_ink));
}
[part='connect'][data-state='connected']::part(indicator) {
  display: none;
}
[part='search'] {
  display: block;
  width: 100%;
  min-height: 44px;
  padding: 0.5em 0.875em;
  border: 1px solid var(--_quiet);
  border-radius: var(--_radius);
  background: var(--_surface);
  color: inherit;
  font: inherit;
}
[part='search']::placeholder {
  color: var(--_quiet);
  opacity: 1;
}
[part='search']:focus-visible {
  outline: 2px solid var(--_accent);
}
[part='tabs'] {
  display: flex;
  flex-wrap: wrap;
  gap: 0.375em;
}
[part='search'],
[part='tabs'] {
  margin-block-end: 0.75em;
}
[aria-selected='true'] {
  border-color: var(--_accent);
  box-shadow: inset 0 0 0 1px;
  color: var(--_accent);
}
@media (forced-colors: active) {
  [aria-selected='true'] {
    forced-color-adjust: none;
    background: Highlight;
    color: HighlightText;
  }
}
[part='show-all'] {
  margin-block-start: 0.75em;
}
[part='fallback'] {
  max-width: 20em;
}
`
