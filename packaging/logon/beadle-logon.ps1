# Tell Beadle who has logged on to this machine, or off it.
#
#   powershell -NoProfile -ExecutionPolicy Bypass -File beadle-logon.ps1 logon
#
# Once as a log-on script and once, with logoff, as a log-off script: Group Policy, User
# Configuration, Windows Settings, Scripts. The token is what `beadle who token NAME` printed; with
# it one can speak for this machine's own address only.
param(
	[ValidateSet('logon', 'logoff')] [string] $Event = 'logon',
	[string] $Url = 'http://beadle.school.example:8081/logon',
	[string] $TokenFile = "$env:ProgramData\Beadle\token.txt"
)

try {
	$token = (Get-Content -Path $TokenFile -TotalCount 1).Trim()
	$device = $env:COMPUTERNAME
	if ($device.Length -gt 31) { $device = $device.Substring(0, 31) }
	$body = @{
		event  = $Event
		login  = "$env:USERDOMAIN\$env:USERNAME"
		device = $device
	} | ConvertTo-Json -Compress
	Invoke-RestMethod -Method Post -Uri $Url -TimeoutSec 5 `
		-Headers @{ Authorization = "Bearer $token" } `
		-ContentType 'application/json; charset=utf-8' `
		-Body ([Text.Encoding]::UTF8.GetBytes($body)) | Out-Null
} catch {
	# The person gets in all the same: the worst that follows is that Beadle knows them less well.
	Write-Warning "Beadle was not told: $($_.Exception.Message)"
}
exit 0
