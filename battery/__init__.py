"""What a battery should do: assets, dispatch, policy, settlement, advice and the paper desk."""
