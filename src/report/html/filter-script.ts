/** Shows the cases that are asked for. Without it the page shows them all. Reads rows, never makes any. */
export const filterScript = `
const filters = document.querySelector('.filters');
const rows = [...document.querySelectorAll('tr[data-verdict]')];
const boxes = [...document.querySelectorAll('input[data-verdict]')];
const search = document.querySelector('input[type=search]');
const shown = document.querySelector('#shown');
const apply = () => {
  const verdicts = new Set(boxes.filter((box) => box.checked).map((box) => box.dataset.verdict));
  const words = search.value.toLowerCase().split(/\\s+/u).filter(Boolean);
  let count = 0;
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = !verdicts.has(row.dataset.verdict) || !words.every((word) => text.includes(word));
    if (!row.hidden) count += 1;
  }
  shown.textContent = count + ' of ' + rows.length;
};
if (filters !== null) {
  filters.hidden = false;
  filters.addEventListener('input', apply);
  apply();
}
`;
