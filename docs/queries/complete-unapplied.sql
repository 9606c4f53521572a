-- Writes that were complete at their node and not wholly on the medium when their host gave the association
-- up, and where each landed later. One row a request to the backend; a write that never landed has one row
-- without a request. "landed" is after-retry where the host had sent the write again before; a deallocation
-- carries no bytes by which a retry is known, and of several ranges only the first is counted.
WITH teardown AS (
  SELECT min(at_ns) AS at_ns FROM 'events.parquet' WHERE kind = 'phase' AND text = 'teardown'
),
given_up AS (
  SELECT association, host, link, node, give_up_ns
  FROM 'associations.parquet', teardown
  WHERE give_up_ns < coalesce(at_ns, give_up_ns + 1)
),
covered AS (
  SELECT apply, lba, unnest(candidates) AS command, len(candidates) = 1 AS certain
  FROM 'blocks.parquet'
),
landings AS (
  SELECT command, request, applied_ns, count(*) AS blocks, bool_and(certain) AS certain
  FROM covered JOIN 'applies.parquet' USING (apply)
  WHERE applied_ns IS NOT NULL
  GROUP BY ALL
),
stuck AS (
  SELECT c.*, g.host, g.link, g.node, g.give_up_ns
  FROM 'commands.parquet' c JOIN given_up g USING (association)
  WHERE c.op IN ('write', 'write-zeroes', 'deallocate')
    AND c.sent_ns <= g.give_up_ns
    AND c.complete_ns <= g.give_up_ns
    AND (c.answered_ns IS NULL OR c.answered_ns > g.give_up_ns)
    AND c.blocks > (
      SELECT count(DISTINCT lba)
      FROM covered JOIN 'applies.parquet' USING (apply)
      WHERE covered.command = c.command AND applied_ns <= g.give_up_ns
    )
),
retries AS (
  SELECT s.command, min(r.sent_ns) AS sent_ns, arg_min(a.link, r.sent_ns) AS link
  FROM stuck s
  JOIN 'commands.parquet' r ON r.op = s.op AND r.association <> s.association
    AND r.sent_ns > s.sent_ns AND r.sent_ns < coalesce(s.answered_ns, r.sent_ns + 1)
    AND r.slba < s.slba + s.blocks AND s.slba < r.slba + r.blocks
    AND list_has_any(r.payload_hashes, s.payload_hashes)
  JOIN 'associations.parquet' a ON a.association = r.association AND a.host = s.host
  GROUP BY s.command
)
SELECT
  s.host, s.link, s.node,
  printf('0x%04x', s.cid) AS cid,
  s.slba, s.blocks,
  round(s.sent_ns / 1e6, 3) AS sent_ms,
  round(s.complete_ns / 1e6, 3) AS complete_ms,
  round(s.give_up_ns / 1e6, 3) AS give_up_ms,
  r.link AS retry_link,
  round(r.sent_ns / 1e6, 3) AS retry_sent_ms,
  l.request,
  round(l.applied_ns / 1e6, 3) AS applied_ms,
  l.certain,
  CASE
    WHEN l.applied_ns IS NULL THEN 'never'
    WHEN l.applied_ns > r.sent_ns THEN 'after-retry'
    WHEN l.applied_ns > s.give_up_ns THEN 'after-give-up'
    ELSE 'before-give-up'
  END AS landed
FROM stuck s
LEFT JOIN retries r USING (command)
LEFT JOIN landings l USING (command)
ORDER BY s.sent_ns, l.applied_ns;
