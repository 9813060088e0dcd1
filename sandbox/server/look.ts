/** The colors of the sandbox's own pages, in light and dark mode. */
export const palette = `
:root {
  --ground: #eef1f5; --card: #fff; --text: #16191d; --soft: #565c66; --line: #7b828d; --faint: #dde1e7;
  --accent: #0b5cad; --on-accent: #fff; --hover: #f1f5fa; --alarm: #a3130e; --alarm-ground: #fdf0ef
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #14181d; --card: #1d232a; --text: #e8ecf1; --soft: #a3adba; --line: #828a96; --faint: #333c46;
    --accent: #84bdff; --on-accent: #06223f; --hover: #242a31; --alarm: #ffb0aa; --alarm-ground: #361a1a
  }
}
* { box-sizing: border-box }
html { background: var(--ground); color: var(--text) }
header p { display: flex; align-items: baseline; gap: .5rem; margin: 0 .25rem .75rem; font-weight: 600 }
small { color: var(--soft); font-size: .875rem; font-weight: 400 }
.mark { align-self: center; width: .9rem; height: .9rem; border: .2rem solid var(--accent); border-radius: 50% }
footer p { margin: 1rem .25rem; color: var(--soft); font-size: .875rem }
h1 { margin: 0 0 .25rem; font-size: 1.5rem; line-height: 1.25 }
p { margin: .5rem 0 }
a { color: var(--accent) }
code { overflow-wrap: anywhere }
.face { display: grid; flex: none; width: 2.5rem; height: 2.5rem; place-items: center; border: 1px solid var(--line); border-radius: 50%; font-size: .875rem; font-weight: 600 }
:is(button, input, a, summary):focus-visible { outline: 3px solid var(--accent); outline-offset: 2px }
`

/** What stands above each page. */
export const masthead =
  '<header><p><span class="mark" aria-hidden="true"></span>Sandbox <small>local fake of Microsoft</small></p></header>'
