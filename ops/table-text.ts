/** Lays out rows in columns of plain text. */

/** A head and its rows. Columns of numbers are set to the right, everything else to the left. */
export function tableText(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string[] {
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => String(row[column] ?? '').length)));
  const right = head.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  const cell = (value: string | number, column: number) => {
    const width = widths[column] ?? 0;
    return right[column] ? String(value).padStart(width) : String(value).padEnd(width);
  };
  return [head, ...rows].map((row) => row.map(cell).join('  ').trimEnd());
}

/** Rows without a head, each column set to the left. */
export function alignedText(rows: readonly (readonly string[])[]): string[] {
  const [first = [], ...others] = rows;
  return tableText(first, others);
}
