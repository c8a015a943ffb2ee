"""From classified digits to votes: counts, districts, audits."""
