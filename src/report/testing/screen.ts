/** What a terminal shows after it was sent `text`: as much of one as our reporters use, without a scroll limit. */
export function screenAfter(text: string): readonly string[] {
  const rows: string[] = [''];
  let row = 0;
  let column = 0;

  const put = (piece: string): void => {
    for (const character of piece) {
      if (character === '\n') {
        row += 1;
        column = 0;
        rows[row] ??= '';
      } else {
        const line = (rows[row] ?? '').padEnd(column);
        rows[row] = line.slice(0, column) + character + line.slice(column + 1);
        column += 1;
      }
    }
  };

  const control = (amount: number, command: string): void => {
    if (command === 'A') row = Math.max(0, row - amount);
    if (command === 'B') row += amount;
    if (command === 'G') column = amount - 1;
    if (command === 'K') rows[row] = amount === 2 ? '' : (rows[row] ?? '').slice(0, column);
  };

  // oxlint-disable-next-line no-control-regex -- control sequences are what it is about
  for (const [piece, amount, command] of text.matchAll(/\u001b\[\??(\d*)([A-Za-z])|[^\u001b]+/gu)) {
    if (command === undefined) put(piece);
    else
      control(amount === '' || amount === undefined ? defaultOf(command) : Number(amount), command);
  }
  while (rows.at(-1) === '') rows.pop();
  return rows.map((line) => line.trimEnd());
}

function defaultOf(command: string): number {
  return command === 'K' ? 0 : 1;
}
