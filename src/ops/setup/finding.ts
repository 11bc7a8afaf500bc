/** The state of one thing that a deployment needs. Never holds a value of the configuration. */
export interface Finding {
  readonly mark: 'fine' | 'wrong' | 'unknown';
  readonly what: string;
  /** The action for the operator. */
  readonly next?: string;
}

export const fine = (what: string): Finding => ({ mark: 'fine', what });
export const wrong = (what: string, next: string): Finding => ({ mark: 'wrong', what, next });
export const unknown = (what: string, next: string): Finding => ({ mark: 'unknown', what, next });

/** Findings about one part of the system. */
export interface Section {
  readonly title: string;
  readonly findings: readonly Finding[];
}

const SIGNS = { fine: '✓', wrong: '✗', unknown: '–' } as const;

/** A report, line by line, with the next action under each finding that is not fine. */
export function toReport(sections: readonly Section[]): string {
  const lines = sections.flatMap(({ title, findings }) => ['', title, ...findings.flatMap(toLines)]);
  const all = sections.flatMap(({ findings }) => findings);
  const count = (mark: Finding['mark']) => all.filter((finding) => finding.mark === mark).length;
  return [...lines, '', `${count('fine')} fine, ${count('wrong')} missing or wrong, ${count('unknown')} not checked.`]
    .join('\n')
    .trimStart();
}

function toLines({ mark, what, next }: Finding): string[] {
  return [`  ${SIGNS[mark]} ${what}`, ...(next === undefined ? [] : [`      → ${next}`])];
}
