ALTER TABLE "audit_log" DROP CONSTRAINT "audit_log_event_known";--> statement-breakpoint
ALTER TABLE "key_mails" DROP CONSTRAINT "key_mails_kind_known";--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "revoke_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "api_keys" ADD COLUMN "revoke_after_silence" smallint;--> statement-breakpoint
CREATE INDEX "api_keys_revoke_at_index" ON "api_keys" USING btree ("revoke_at") WHERE "api_keys"."revoke_at" IS NOT NULL AND "api_keys"."revoked_at" IS NULL;--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_revoke_after_silence_scheduled" CHECK ("api_keys"."revoke_after_silence" IS NULL OR "api_keys"."revoke_at" IS NOT NULL) NOT VALID;--> statement-breakpoint
ALTER TABLE "audit_log" ADD CONSTRAINT "audit_log_event_known" CHECK ("audit_log"."event" IN ('created', 'revocation_scheduled', 'revocation_cancelled', 'revoked', 'first_use', 'refused_address', 'webhook_created', 'webhook_changed', 'webhook_deleted', 'webhook_secret_rotated', 'webhook_tested', 'webhook_redelivered', 'webhook_replayed')) NOT VALID;--> statement-breakpoint
ALTER TABLE "key_mails" ADD CONSTRAINT "key_mails_kind_known" CHECK ("key_mails"."kind" IN ('generated', 'expires_30', 'expires_7', 'expires_1', 'expired', 'new_network', 'refused', 'revocation_scheduled', 'revoked')) NOT VALID;