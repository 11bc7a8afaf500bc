CREATE FUNCTION acting_account_of_session_v1(text, timestamptz) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
RETURN (
SELECT coalesce((
SELECT a.id FROM sessions s JOIN accounts a ON a.id = s.account_id
WHERE s.id = $1 AND s.expires_at > $2 AND a.suspended_at IS NULL
FOR KEY SHARE OF a FOR KEY SHARE OF s), refuse('acting_account')));
END
$$;
--> statement-breakpoint
CREATE FUNCTION acting_account_of_key_v1(text, timestamptz) RETURNS text LANGUAGE plpgsql VOLATILE AS $$
BEGIN
RETURN (
SELECT coalesce((
SELECT a.id FROM api_keys k JOIN accounts a ON a.id = k.account_id
WHERE k.id = $1 AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > $2)
AND a.suspended_at IS NULL
FOR KEY SHARE OF a FOR SHARE OF k), refuse('acting_account')));
END
$$;
--> statement-breakpoint
CREATE FUNCTION is_awaited_v1(text, text, timestamptz, text) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
RETURN (
SELECT EXISTS (
SELECT FROM api_keys k CROSS JOIN LATERAL (SELECT * FROM webhook_endpoints WHERE api_key_id = k.id OFFSET 0) e
WHERE k.account_id = $1
AND (
(e.disabled_reason IS NULL AND e.deleted_at IS NULL) AND $2 = ANY (e.events)
AND ((k.revoked_at IS NULL AND (SELECT suspended_at FROM accounts WHERE accounts.id = k.account_id) IS NULL) OR k.id = $4)
AND (k.expires_at IS NULL OR k.expires_at > $3))));
END
$$;
