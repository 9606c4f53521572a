import { describe, expect, it } from 'vitest';
import { damageOf } from '../damage.js';
import { citedBy, staleWrites } from '../story.js';
import { stuckWrite } from '../stuck-write.testing.js';
import { escapeJson, html } from './escape.js';
import { htmlReport } from './html-report.js';

const input = stuckWrite();
const page = htmlReport(input);

/** Tags that a browser closes by itself. */
const empty = new Set(['meta', 'br', 'input', 'link', 'hr', 'img']);

/** Names of the elements that are open where the text ends, by a strict reading of all its tags. */
function openElements(markup: string): string[] {
  const open: string[] = [];
  const body = markup.replace(/<(script|style)\b[^>]*>[\s\S]*?<\/\1\s*>/g, '');
  for (const [, slash, name = ''] of body.matchAll(/<(\/?)([a-z][a-z0-9]*)\b(?:[^>]*[^/])?>/g)) {
    if (empty.has(name)) continue;
    if (slash === '') open.push(name);
    else expect(open.pop()).toBe(name);
  }
  return open;
}

describe('htmlReport', () => {
  it('stands by itself: no reference to anywhere, and a policy that forbids any', () => {
    expect(page).not.toMatch(/https?:\/\/|\bsrc=|@import|url\(/);
    expect(page).toMatch(
      /http-equiv="Content-Security-Policy"\s+content="default-src &#39;none&#39;;/,
    );
  });

  it('is well formed, with one title and unique ids', () => {
    expect(page.startsWith('<!doctype html>')).toBe(true);
    expect(openElements(page)).toEqual([]);
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(page.match(/<h1/g)).toHaveLength(1);
  });

  it('says the verdict, the findings, the margins and the configuration in words', () => {
    for (const text of [
      'VIOLATION',
      input.verdict.findings[0]!.sentence.replaceAll("'", '&#39;'),
      '7 further findings',
      '−13,472.0 ms',
      'qemu-system-x86_64',
      'c4c4c4c4',
      'keep-alive timer (5 seconds) expired!',
      '--rate_iops=50',
    ]) {
      expect(page).toContain(text);
    }
  });

  it('lets no text of a recording become markup', () => {
    const evil = stuckWrite();
    const text = `</script><script>alert(1)</script><img src=x onerror="alert('2')">`;
    evil.history.consoles = [{ t: 1, vm: text, text }];
    evil.history.faults[0]!.describe = text;
    evil.history.remarks = [{ t: 1, text }];
    evil.verdict.scenario = text;
    evil.verdict.findings[0]!.sentence = text;
    evil.verdict.findings[0]!.witness.steps[0]!.what = text;
    evil.verdict.rules[0]!.reason = text;
    evil.plan = {
      ...evil.plan,
      scenario: { ...evil.plan.scenario, description: text },
      links: evil.plan.links.map((link) => ({ ...link, node: text })),
    };
    evil.qemu = [{ vm: text, commandLine: [text] }];
    const markup = htmlReport(evil);
    expect(openElements(markup)).toEqual([]);
    expect(markup).not.toContain('<img');
    expect(markup.match(/<script\b/g)).toHaveLength(2);
    expect(markup.match(/<\/script/g)).toHaveLength(2);
    expect(markup).toContain('&lt;/script&gt;&lt;script&gt;alert(1)');
  });

  it('shows a verdict without a history', () => {
    const verdict = {
      ...input.verdict,
      verdict: 'inconclusive' as const,
      findings: [],
      inconclusive: [{ reason: 'The recording could not be read: it is torn' }],
    };
    const markup = htmlReport({ ...input, verdict, history: null });
    expect(openElements(markup)).toEqual([]);
    expect(markup).toContain('The recording could not be read: it is torn');
    expect(markup).not.toContain('<canvas');
  });

  it('gives a simulated run no date', () => {
    expect(page).toContain('recorded <b>');
    const manifest = { ...input.manifest, driver: 'simulated' as const };
    const simulated = htmlReport({ ...input, manifest });
    expect(simulated).toContain('<b>simulated</b>');
    expect(simulated).not.toContain('recorded <b>');
  });

  it('stays under 5 MB for 200,000 commands, a console of many lines and many findings', () => {
    const big = stuckWrite({ rate: 3200, jobs: 16 });
    expect(big.history.commands.length).toBeGreaterThan(200_000);
    for (let t = 0; t < 50_000; t++) {
      big.history.consoles.push({ t, vm: 'host1', text: 'a line of a console that says a lot' });
    }
    const { findings } = big.verdict;
    for (let i = 0; i < 5_000; i++) findings.push(findings[0]!);
    const size = Buffer.byteLength(htmlReport(big));
    expect(size).toBeLessThan(5_000_000);
  }, 60_000);

  it('says first what was lost, whatever the order of the findings', () => {
    const { verdict } = input;
    const turned = { ...verdict, findings: verdict.findings.toReversed() };
    const markup = htmlReport({ ...input, verdict: turned });
    const first = verdict.findings.findLast(({ rule }) => rule === 'no-stale-overwrite');
    expect(markup).toMatch(new RegExp(`<p>${first!.sentence}</p>`));
    expect(markup.indexOf('<h3>no-stale-overwrite')).toBeLessThan(
      markup.indexOf('<h3>no-early-retry'),
    );
  });

  it('moves nothing by itself, so that nothing has to stop for who cannot bear motion', () => {
    expect(page.slice(0, page.indexOf('<body>'))).not.toMatch(
      /transition|animation|scroll-behavior/,
    );
    expect(page).not.toMatch(/behavior: 'smooth'/);
  });

  it('is the same for the same input', () => {
    expect(htmlReport(stuckWrite())).toBe(page);
  });
});

describe('what the application read', () => {
  it('is the older value of each block, with the write that it comes from', () => {
    const { verdict, history } = input;
    const damage = damageOf(
      staleWrites(verdict, history, citedBy(verdict.findings, history)),
      history,
    );
    expect(damage).toHaveLength(8);
    for (const { lba, promised, read } of damage) {
      expect(promised.command.status).toBe(0);
      expect(read?.payload).not.toBe(promised.payload);
      expect(read?.command.op).toBe('read');
      expect(read?.writtenBy).toMatchObject({ slba: lba, association: 0, answeredAt: Infinity });
      expect(read!.writtenBy!.sentAt).toBeLessThan(promised.command.sentAt);
    }
  });
});

describe('escaping', () => {
  it('escapes every value of a template but markup', () => {
    const inner = html`<b>${'<i>'}</b>`;
    expect(html`<p title="${'"\'&'}">${inner}${[1, null, false, inner]}</p>`.markup).toBe(
      '<p title="&quot;&#39;&amp;"><b>&lt;i&gt;</b>1<b>&lt;i&gt;</b></p>',
    );
  });

  it('keeps JSON inside its element, and the same', () => {
    const value = { a: '</script><!--\u2028&' };
    expect(escapeJson(value)).not.toMatch(/[<>&\u2028]/);
    expect(JSON.parse(escapeJson(value))).toEqual(value);
  });
});
